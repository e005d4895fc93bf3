import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

interface Prediction {
  readonly label: string
  readonly probability: number
}

const post = (file: Uint8Array, type = 'image/png'): Promise<Response> =>
  fetch(`${server.url}/classify`, {
    method: 'POST',
    body: new Uint8Array(file),
    headers: { 'content-type': type },
  })

async function classify(file: Uint8Array, type?: string): Promise<Prediction[]> {
  const response = await post(file, type)
  expect(response.status).toBe(200)
  return (await response.json()) as Prediction[]
}

const plain = (background: string): Sharp =>
  sharp({ create: { width: 320, height: 240, channels: 3, background } })

describe('example image classification (three stages, in place of resnet50)', () => {
  it('gives all five classes, the likeliest first', async () => {
    const predictions = await classify(await plain('white').png().toBuffer())
    const probabilities = predictions.map(({ probability }) => probability)
    expect(predictions.map(({ label }) => label).toSorted()).toEqual([
      'Drawing',
      'Hentai',
      'Neutral',
      'Porn',
      'Sexy',
    ])
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a))
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4)
  })

  it('finds the same in JPEG, PNG and WebP', async () => {
    const png = await classify(await plain('teal').png().toBuffer())
    const jpeg = await classify(await plain('teal').jpeg({ quality: 100 }).toBuffer(), 'image/jpeg')
    const webp = await classify(await plain('teal').webp({ lossless: true }).toBuffer(), 'image/webp')
    expect(webp).toEqual(png)
    expect(jpeg[0]?.label).toBe(png[0]?.label)
    expect(jpeg[0]?.probability).toBeCloseTo(png[0]?.probability ?? Number.NaN, 1)
  })

  it('gives the same to each picture of a batch as alone; a bad one fails alone', async () => {
    const colours = ['red', 'white', 'black', 'teal', 'orange', 'navy', 'pink', 'grey']
    const files = await Promise.all(colours.map((colour) => plain(colour).png().toBuffer()))
    const alone: Prediction[][] = []
    for (const file of files) alone.push(await classify(file))
    const bad = post(Buffer.from('no picture'))
    const together = await Promise.all(files.map((file) => classify(file)))
    together.flat().forEach(({ label, probability }, n) => {
      const { label: expected, probability: value = Number.NaN } = alone.flat()[n] ?? {}
      expect(probability).toBeCloseTo(value, 4)
      if (value > 0.01) expect(label).toBe(expected)
    })
    expect((await bad).status).toBe(422)
  })

  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
  it.each([
    ['no picture', async () => Buffer.from('no picture')],
    ['half a picture', async () => (await plain('red').jpeg().toBuffer()).subarray(0, 500)],
    ['a format that nobody asked for', async () => Buffer.from(svg)],
  ])('refuses %s, says so, and still works', async (_name, file) => {
    const response = await post(await file())
    expect(response.status).toBe(422)
    expect(await response.text()).toBe('request validation error: the body is no image that can be read')
    await classify(await plain('red').png().toBuffer())
  })

  it('says which types it takes', async () => {
    expect((await post(Buffer.from('{}'), 'application/json')).status).toBe(415)
  })

  it('has the client of its README', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
    expect(stdout).toMatch(/^200 \[\{"label":"Neutral","probability":0\.8/)
  })
})
