import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Detection } from '../src/detect.ts'
import { drawScene, type Scene } from '../src/draw-scene.ts'
import { labels } from '../src/labels.ts'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const post = (file: Uint8Array): Promise<Response> =>
  fetch(`${server.url}/detect`, {
    method: 'POST',
    body: new Uint8Array(file),
    headers: { 'content-type': 'image/png' },
  })

async function detect(scene: Scene): Promise<Detection[]> {
  const response = await post(await drawScene(scene))
  expect(response.status).toBe(200)
  return (await response.json()) as Detection[]
}

/** Within 12 pixels on each side of where it was drawn. */
function expectAt(
  detection: Detection | undefined,
  label: string,
  [x, y]: readonly number[],
  half: number,
): void {
  expect(detection?.label).toBe(label)
  const drawn = [(x ?? 0) - half, (y ?? 0) - half, (x ?? 0) + half, (y ?? 0) + half]
  drawn.forEach((side, n) => {
    expect(Math.abs((detection?.box[n] ?? Number.NaN) - side)).toBeLessThan(12)
  })
}

describe('example detection (in place of segment)', () => {
  it.each([[[200, 300]], [[600, 300]]] as const)('finds a drawn sign where it is: %j', async (sign) => {
    const [first] = await detect({ width: 800, height: 600, sign })
    expectAt(first, 'stop sign', sign, 142)
  })

  it('finds each of two things, in the pixels of the picture that was sent', async () => {
    const detections = await detect({ width: 800, height: 500, sign: [200, 250], clock: [600, 250] })
    const of = (name: string): Detection | undefined => detections.find(({ label }) => label === name)
    expectAt(of('stop sign'), 'stop sign', [200, 250], 142)
    expectAt(of('clock'), 'clock', [600, 250], 150)
  })

  it('finds nothing on an empty wall', async () => {
    expect(await detect({ width: 640, height: 480 })).toEqual([])
  })

  it('gives each client the answer to its own picture, also when they come at once', async () => {
    const scenes: Scene[] = [180, 300, 420, 540, 620].map((x) => ({
      width: 800,
      height: 600,
      sign: [x, 300],
    }))
    const alone: Detection[][] = []
    for (const scene of scenes) alone.push(await detect(scene))
    expect(await Promise.all(scenes.map(detect))).toEqual(alone)
    expect(new Set(alone.map((detections) => detections[0]?.box[0])).size).toBe(scenes.length)
  })

  it('refuses what is no picture, and still works', async () => {
    const response = await post(Buffer.from('no picture'))
    expect(response.status).toBe(422)
    expect(await response.text()).toBe('request validation error: the body is no image that can be read')
    expect(await detect({ width: 512, height: 512, clock: [256, 256] })).toHaveLength(1)
  })

  it('has a name for each of the 80 classes', () => {
    expect(labels).toHaveLength(80)
    expect([labels[0], labels[11], labels[74], labels[79]]).toEqual([
      'person',
      'stop sign',
      'clock',
      'toothbrush',
    ])
  })

  it('has the client of its README', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
    expect(stdout).toMatch(/^200 \[\{"label":"stop sign",.*\{"label":"clock",/)
  })
})
