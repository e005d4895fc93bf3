import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSegments, type Segment } from '../src/segments.ts'
import { joined, say, silence } from '../src/synthesise.ts'
import { readWav, writeWav } from '../src/wav.ts'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const post = (file: Uint8Array): Promise<Response> =>
  fetch(`${server.url}/voice-activity`, {
    method: 'POST',
    body: new Uint8Array(file),
    headers: { 'content-type': 'audio/wav' },
  })

async function detect(clip: Float32Array): Promise<Segment[]> {
  const response = await post(writeWav(clip))
  expect(response.status).toBe(200)
  return (await response.json()) as Segment[]
}

const voice = say('aieoua')
const voiceMs = voice.length / 16

/** Begins within 200 ms after the voice, and ends within 400 ms of it. */
function expectAt(segment: Segment | undefined, startMs: number): void {
  expect(segment?.startMs).toBeGreaterThanOrEqual(startMs - 64)
  expect(segment?.startMs).toBeLessThan(startMs + 200)
  expect(Math.abs((segment?.endMs ?? Number.NaN) - startMs - voiceMs)).toBeLessThan(400)
}

let seed = 1
const noise = Float32Array.from({ length: 16_000 }, () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
  return (seed / 2 ** 31 - 1) * 0.1
})
const tone = Float32Array.from({ length: 16_000 }, (_, n) => 0.3 * Math.sin((2 * Math.PI * 440 * n) / 16_000))

describe('example voice activity (ONNX, state from window to window)', () => {
  it('finds a voice between silences, twice', async () => {
    const segments = await detect(joined(silence(0.5), voice, silence(1.5), voice, silence(0.5)))
    expect(segments).toHaveLength(2)
    expectAt(segments[0], 500)
    expectAt(segments[1], 500 + voiceMs + 1500)
  })

  it.each([
    ['silence', silence(1)],
    ['noise', noise],
    ['a tone', tone],
    ['nothing', new Float32Array(0)],
  ])('finds nobody in %s', async (_, clip) => {
    expect(await detect(clip)).toEqual([])
  })

  it('keeps the clips of a batch apart: lengths, states, answers', async () => {
    const clips = [
      joined(silence(0.2), voice),
      noise,
      joined(silence(1), voice, silence(1)),
      voice,
      joined(voice, silence(2)),
      silence(3),
    ]
    const alone: Segment[][] = []
    for (const clip of clips) alone.push(await detect(clip))
    expect(alone.map(({ length }) => length)).toEqual([1, 0, 1, 1, 1, 0])
    expect(await Promise.all([...clips, ...clips].map(detect))).toEqual([...alone, ...alone])
  })

  it.each([
    ['no WAV file', Buffer.from('no sound'), 'no WAV file'],
    [
      'another rate',
      Buffer.from(writeWav(noise).fill(0x44, 24, 25)),
      '15940 Hz, 1 channel(s), 16 bits, coding 1',
    ],
    ['a file that is cut off', writeWav(noise).subarray(0, 30), 'a WAV file that is cut off'],
    ['a head alone', writeWav(noise).subarray(0, 36), 'a WAV file without its "data" chunk'],
  ])('refuses %s, says what it got, and still works', async (_, file, got) => {
    const response = await post(file)
    expect(response.status).toBe(422)
    const expected = 'request validation error: expected WAV, 16000 Hz, 1 channel, 16 bits PCM, got '
    expect(await response.text()).toBe(expected + got)
    expect(await detect(voice)).toHaveLength(1)
  })

  it('refuses a clip that is too long', async () => {
    const response = await post(writeWav(silence(61)))
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('60 seconds at most')
  })

  it('has the client of its README', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
    expect(stdout).toMatch(/^200 \[\{"startMs":\d+,"endMs":\d+\},\{"startMs":\d+,"endMs":\d+\}\]/)
  })
})

describe('segments', () => {
  const windows = (text: string): Float32Array => Float32Array.from(text, (mark) => Number(mark) / 10)

  it.each([
    ['', []],
    ['000', []],
    ['0440', []],
    ['0990000', [{ startMs: 10, endMs: 30 }]],
    ['0900900000', [{ startMs: 10, endMs: 50 }]],
    [
      '09000009',
      [
        { startMs: 10, endMs: 20 },
        { startMs: 70, endMs: 80 },
      ],
    ],
    ['0944', [{ startMs: 10, endMs: 40 }]],
  ])('of %j', (text, segments) => {
    expect(findSegments(windows(text), 10)).toEqual(segments)
  })
})

describe('WAV', () => {
  it('brings samples back, also behind a chunk of an odd length and from the middle of a buffer', () => {
    const file = writeWav(Float32Array.of(0, 0.5, -1))
    const note = Buffer.from('LIST\x03\x00\x00\x00abc\x00', 'latin1')
    const longer = Buffer.concat([Buffer.from('x'), file.subarray(0, 12), note, file.subarray(12)]).subarray(
      1,
    )
    for (const bytes of [file, longer]) {
      const samples = [...readWav(bytes)]
      expect(samples.map((sample) => Math.round(sample * 1000))).toEqual([0, 500, -1000])
    }
  })
})
