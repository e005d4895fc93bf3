import { silentLogger, TimeoutError } from '@mosec/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SentenceEncoder } from './sentence-encoder.ts'

const encoder = new SentenceEncoder()
const { signal } = new AbortController()

beforeAll(() => encoder.setup({ stage: 'test', replica: 1, maxBatchSize: 1, logger: silentLogger }))
afterAll(() => {
  encoder.teardown()
})

it('gives each text its own unit vector and token count, in the order of the texts', async () => {
  const texts = ['How old are you?', 'word '.repeat(200), 'x', ' \n']
  const together = await encoder.encode(texts, signal)
  expect(together.map(({ tokenCount }) => tokenCount)).toEqual([5, 128, 1, 1])
  for (const [n, text] of texts.entries()) {
    const [alone] = await encoder.encode([text], signal)
    const { vector } = together[n] ?? { vector: new Float32Array() }
    const difference = vector.map((value, k) => Math.abs(value - (alone?.vector[k] ?? Number.NaN)))
    expect(vector).toHaveLength(512)
    expect(Math.max(...difference)).toBeLessThan(1e-6)
    expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5)
  }
})

it('stops when nobody waits any more, and still works; no texts are no work', async () => {
  await expect(encoder.encode(['a'], AbortSignal.abort())).rejects.toThrow(TimeoutError)
  expect(await encoder.encode(['a'], signal)).toHaveLength(1)
  expect(await encoder.encode([], signal)).toEqual([])
})
