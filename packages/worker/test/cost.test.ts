import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReplicaRig } from './replica-rig.ts'
import { TextBatchWorker } from './text-workers.ts'

/** A text costs its length. */
class Costly extends TextBatchWorker {
  override maxBatchCost = 10
  override cost(text: string): number {
    if (text === 'broken') throw new Error('cannot count')
    return text === 'nonsense' ? Number.NaN : text.length
  }
}

/** Texts of like length share a call. */
class Bucketed extends TextBatchWorker {
  override bucketBy(text: string): number {
    return Math.ceil(text.length / 4)
  }
}

class Both extends Costly {
  override bucketBy(text: string): string {
    return text.slice(0, 1)
  }
}

const upper = (text: string) => ({ code: 'ok', text: text.toUpperCase() })

describe('cost of a batch', () => {
  test('one call costs no more than maxBatchCost, and what is dearer alone goes alone', async () => {
    const worker = new Costly()
    const rig = await new ReplicaRig(worker).ready()
    const texts = ['aaaa', 'bbbb', 'cc', 'd', 'x'.repeat(30), 'e']
    expect(await rig.ask(texts)).toEqual(texts.map(upper))
    expect(worker.calls).toEqual([['aaaa', 'bbbb', 'cc'], ['d'], ['x'.repeat(30)], ['e']])
  })

  test('buckets never share a call, whatever the order', async () => {
    const worker = new Bucketed()
    const rig = await new ReplicaRig(worker).ready()
    const texts = ['a', 'long text', 'bb', 'another one', 'ccc']
    expect(await rig.ask(texts)).toEqual(texts.map(upper))
    expect(worker.calls).toEqual([
      ['a', 'bb', 'ccc'],
      ['long text', 'another one'],
    ])
  })

  test('an item whose cost cannot be told fails alone, and it still works', async () => {
    const worker = new Costly()
    const rig = await new ReplicaRig(worker).ready()
    const failed = { code: 'inference_error', text: 'inference internal error' }
    expect(await rig.ask(['ok', 'broken', 'nonsense', 'fine'])).toEqual([
      upper('ok'),
      failed,
      failed,
      upper('fine'),
    ])
    expect(worker.calls).toEqual([['ok', 'fine']])
    expect(await rig.ask(['again'], 10)).toEqual([upper('again')])
  })

  test('a call that throws is halved within its group', async () => {
    class Picky extends Costly {
      override forward(texts: string[]): string[] {
        this.calls.push([...texts])
        if (texts.includes('bad!')) throw new Error('not this one')
        return texts
      }
    }
    const rig = await new ReplicaRig(new Picky()).ready()
    const answers = await rig.ask(['aaa', 'bad!', 'cc', 'd', 'eeeeeeee'])
    expect(answers.map(({ code }) => code)).toEqual(['ok', 'inference_error', 'ok', 'ok', 'ok'])
  })

  test('every item is answered once, no call is over its budget or mixes buckets', async () => {
    const texts = fc.array(fc.stringMatching(/^[abc]{1,14}$/), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(texts, async (batch) => {
        const worker = new Both()
        const rig = await new ReplicaRig(worker).ready()
        expect(await rig.ask(batch)).toEqual(batch.map(upper))
        expect(worker.calls.flat().sort()).toEqual([...batch].sort())
        for (const call of worker.calls) {
          expect(new Set(call.map((text) => text[0])).size).toBe(1)
          const cost = call.reduce((sum, text) => sum + text.length, 0)
          expect(cost <= 10 || call.length === 1).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
