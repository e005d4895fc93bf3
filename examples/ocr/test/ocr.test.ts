import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DrawnLine, drawNote } from '../src/draw-note.ts'
import { findBoxes } from '../src/find-boxes.ts'
import type { Line } from '../src/recognise.ts'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const post = (file: Uint8Array): Promise<Response> =>
  fetch(`${server.url}/ocr`, {
    method: 'POST',
    body: new Uint8Array(file),
    headers: { 'content-type': 'image/png' },
  })

async function read(file: Uint8Array): Promise<Line[]> {
  const response = await post(file)
  expect(response.status).toBe(200)
  return (await response.json()) as Line[]
}

// A gap between strokes is a space or none: the model is of two minds there.
const texts = (lines: readonly { text: string }[]): string[] =>
  lines.map(({ text }) => text.replaceAll(' ', ''))

const note: readonly DrawnLine[] = [
  { text: 'HELLO MODEL', at: [40, 40], height: 40 },
  { text: 'PRINT 1424', at: [120, 150], height: 30 },
  { text: 'AUTUMN CARD', at: [300, 260], height: 24 },
]

describe('example ocr (three stages, two ONNX models)', () => {
  it('reads drawn lines, from top to bottom', async () => {
    const lines = await read(await drawNote(640, 320, note))
    expect(texts(lines)).toEqual(texts(note))
    for (const { confidence } of lines) expect(confidence).toBeGreaterThan(0.3)
  })

  it('says where they are, in pixels of the picture that was sent', async () => {
    const drawing = drawNote(2000, 900, [{ text: 'MODEL', at: [300, 400], height: 120 }])
    const [line] = await read(await drawing)
    expect(line?.text).toBe('MODEL')
    const drawn = [300, 400, 300 + 5 * 9 * 12, 400 + 120]
    drawn.forEach((side, n) => {
      expect(Math.abs((line?.box[n] ?? Number.NaN) - side)).toBeLessThan(60)
    })
  })

  it('gives each client its own answer when pictures of several sizes come at once', async () => {
    const words = ['HELLO', 'AUTUMN', 'PRINT', 'CARD', 'MODEL', 'TOTAL']
    const files = await Promise.all(
      words.map((text, n) => drawNote(320 + 64 * (n % 3), 160, [{ text, at: [40, 50], height: 36 }])),
    )
    expect((await Promise.all(files.map(read))).map(texts)).toEqual(words.map((word) => [word]))
  })

  it('finds nothing on an empty sheet, also in a batch with others', async () => {
    const [empty, full] = await Promise.all([drawNote(320, 160, []), drawNote(640, 320, note)])
    const [nothing, lines] = await Promise.all([read(empty), read(full)])
    expect(nothing).toEqual([])
    expect(lines).toHaveLength(3)
  })

  it('refuses what is no picture, and still works', async () => {
    const response = await post(Buffer.from('no picture'))
    expect(response.status).toBe(422)
    expect(await response.text()).toBe('request validation error: the body is no image that can be read')
    expect(await read(await drawNote(640, 320, note))).toHaveLength(3)
  })

  it('has the client of its README', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
    expect(stdout).toMatch(/^200 \[\{"text":"HELLO",.*\{"text":"CARD ?1424",/)
  })
})

describe('boxes of a map', () => {
  it('are around connected areas, which do not run over the edge of a row', () => {
    const rows = [
      '##....##',
      '##....##',
      '##....##',
      '........',
      '....####',
      '....####',
      '....####',
      '....####',
    ]
    const map = Float32Array.from(rows.join(''), (mark) => (mark === '#' ? 0.9 : 0.1))
    const centres = findBoxes(map, 8).map(([left, top, right, bottom]) => [
      (left + right) / 2,
      (top + bottom) / 2,
    ])
    expect(centres).toEqual([
      [1, 1.5],
      [7, 1.5],
      [6, 6],
    ])
  })

  it('leaves specks out', () => {
    const map = new Float32Array(64)
    map[9] = 1
    expect(findBoxes(map, 8)).toEqual([])
  })
})
