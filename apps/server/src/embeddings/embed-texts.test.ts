import { expect, it } from 'vitest'
import { embedTexts } from './embed-texts.ts'
import { dimensions } from './messages.ts'

/** Computes as wasm does: the event loop gets no turn. */
function fakeModel() {
  const model = {
    chunks: 0,
    async forward(texts: readonly Int32Array[]): Promise<Float32Array[]> {
      model.chunks += 1
      return texts.map(() => new Float32Array(dimensions).fill(1))
    },
  }
  return model
}

const texts = (count: number): Int32Array[] => Array.from({ length: count }, () => Int32Array.of(7, 8, 9))

it('lets the message through that nobody waits any more, and computes the next', async () => {
  const model = fakeModel()
  const aborting = new AbortController()
  setImmediate(() => aborting.abort())
  expect(await embedTexts(model, texts(1600), aborting.signal)).toBeUndefined()
  expect(model.chunks).toBeLessThan(5)
  expect(await embedTexts(model, texts(2), new AbortController().signal)).toEqual(
    new Float32Array(2 * dimensions).fill(1),
  )
})
