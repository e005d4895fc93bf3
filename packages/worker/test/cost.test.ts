import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReplicaRig } from './replica-rig.ts'
import { TextBatchWorker } from './text-workers.ts'

/** What a method without types may give. */
const nonsense = new Map<string, unknown>([
  ['not a number', Number.NaN],
  ['negative', -1],
  ['nothing', undefined],
  ['null', null],
  ['text', '3'],
])

/** A text costs its length. */
class Costly extends TextBatchWorker {
  override maxBatchCost = 10
  override cost(text: string): number {
    if (text === 'broken') throw new Error('cannot count')
    return nonsense.has(text) ? (nonsense.get(text) as number) : text.length
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
    const wrong = ['broken', ...nonsense.keys()]
    expect(await rig.ask(['ok', ...wrong, 'fine'])).toEqual([
      upper('ok'),
      ...wrong.map(() => failed),
      upper('fine'),
    ])
    expect(worker.calls).toEqual([['ok', 'fine']])
    for (const [n, text] of wrong.entries()) expect(await rig.ask([text], 10 + n)).toEqual([failed])
    expect(await rig.ask(['again'], 20)).toEqual([upper('again')])
    expect(new Set(rig.lines.map(({ message }) => message))).toEqual(new Set(['Costly.cost threw']))
  })

  test.each([
    [{ maxBatchCost: -3 }, 'maxBatchCost takes a number above 0, got -3'],
    [{ maxBatchCost: Number.NaN }, 'maxBatchCost takes a number above 0, got NaN'],
    [{ cost: undefined }, 'maxBatchCost bounds what inputs cost: give the method cost, too'],
  ])('a limit that bounds nothing is told at the start: %o', async (options, message) => {
    const rig = new ReplicaRig(Object.assign(new Costly(), options))
    await expect(rig.finished).rejects.toThrow(`set-up of worker Costly failed: ${message}`)
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
