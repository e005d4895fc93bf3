import { ValidationError } from '@mosec/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { item, ReplicaRig } from './replica-rig.ts'
import { TextBatchWorker, TextWorker } from './text-workers.ts'

/** Regression: an item whose neighbours were cancelled while their batch threw was taken for the guilty one. */
const LEFT_OVER_BY_CANCELS: [string[][], number[]] = [
  [['fine', 'fine', 'throws'], ['fine']],
  [0, 2],
]

/** What an item does to its batch. */
const deed = fc.constantFrom('fine', 'throws', 'blames', 'returnsError', 'doesNotEncode', 'bad', 'bug')
const batches = fc.array(fc.array(deed, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 })
const cancelled = fc.array(fc.nat(30))

const EXPECTED: Readonly<Record<string, string>> = {
  fine: 'ok',
  throws: 'inference_error',
  blames: 'validation_error',
  returnsError: 'server_error',
  doesNotEncode: 'encoding_error',
  bad: 'decoding_error',
  bug: 'inference_error',
}

function compute(texts: readonly string[]): unknown[] {
  if (texts.includes('throws')) throw new Error('thrown')
  if (texts.includes('blames')) throw new ValidationError('blamed')
  return texts.map(resultOf)
}

function resultOf(text: string): unknown {
  if (text === 'returnsError') return Object.assign(new ValidationError('returned'), { code: 'server_error' })
  return text === 'doesNotEncode' ? 7 : text
}

const workers = {
  'a synchronous batch worker': () => new TextBatchWorker(compute),
  'an asynchronous batch worker': () => new TextBatchWorker(async (texts) => compute(texts)),
  'a synchronous single worker': () => new TextWorker((text) => compute([text])[0]),
  'an asynchronous single worker': () => new TextWorker(async (text) => compute([text])[0]),
}

test.each(Object.entries(workers))(
  '%s: every id is answered once, innocents get their values',
  async (_, make) => {
    await fc.assert(
      fc.asyncProperty(batches, cancelled, async (deeds, cancelledIds) => {
        const rig = await new ReplicaRig(make()).ready()
        const texts = deeds.flat()
        let next = 0
        for (const batch of deeds) rig.send(batch.map((text) => item(next++, text)))
        queueMicrotask(() => rig.cancel(...cancelledIds))
        rig.drain()
        await rig.finished

        expect(rig.replies.map(({ id }) => id).sort((a, b) => a - b)).toEqual(texts.map((_text, id) => id))
        for (const { id, code } of rig.replies) {
          if (code === 'cancelled') expect(cancelledIds).toContain(id)
          else expect(code).toBe(EXPECTED[texts[id] ?? ''])
        }
      }),
      { numRuns: 60, examples: [LEFT_OVER_BY_CANCELS] },
    )
  },
)
