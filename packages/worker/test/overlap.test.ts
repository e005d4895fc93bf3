/** What a replica does for the batches before and after the one that its model computes. */

import { serialize } from 'node:v8'
import { type Codec, DecodingError } from '@mosec/core'
import { expect, test } from 'vitest'
import { Gate, item, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchWorker, textCodec } from './text-workers.ts'

const ok = (text: string) => ({ code: 'ok', text })
const CANCELLED = { code: 'cancelled', text: 'cancelled by the client' }

/** A model that is held by the first text of its batch, with everything that happens in order. */
class HeldModel extends TextBatchWorker {
  readonly events: string[] = []
  readonly #gates = new Map<string, Gate>()
  #started = (): void => {}
  override codecs: Codec[] = [
    {
      ...textCodec,
      decode: (bytes) => {
        const text = textCodec.decode(bytes)
        this.events.push(`decode ${text}`)
        return text
      },
      encode: (value) => {
        this.events.push(`encode ${value}`)
        return textCodec.encode(value)
      },
    },
  ]

  constructor() {
    super(async (texts) => {
      this.events.push(`forward ${texts.join(' ')}`)
      this.#started()
      await this.#gates.get(texts[0] ?? '')?.passed
      this.events.push(`computed ${texts.join(' ')}`)
      return texts
    })
  }

  hold(...texts: string[]): Gate[] {
    const gates = texts.map(() => new Gate())
    for (const [index, text] of texts.entries()) this.#gates.set(text, gates[index] ?? new Gate())
    return gates
  }

  /** Resolves when a batch with this text at its front is computed. */
  async started(text: string): Promise<void> {
    while (!this.calls.some(([first]) => first === text)) {
      await new Promise<void>((resolve) => {
        this.#started = resolve
      })
    }
  }
}

/** Turns of the event loop, until it is true. */
async function turnsUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) await turn()
}

test('the next batch is decoded before the present one is computed, and begins before that one is encoded', async () => {
  const worker = new HeldModel()
  const [a, b] = worker.hold('a1', 'b1')
  const rig = await new ReplicaRig(worker).ready()
  const first = rig.ask(['a1', 'a2'], 1)
  await worker.started('a1')
  const second = rig.ask(['b1', 'b2'], 11)
  await turnsUntil(() => worker.events.includes('decode b2'))
  expect(worker.events).not.toContain('computed a1 a2')

  a?.open()
  expect(await first).toEqual([ok('a1'), ok('a2')])
  // The first one is answered although the second one is held.
  expect(worker.events).not.toContain('computed b1 b2')
  b?.open()
  expect(await second).toEqual([ok('b1'), ok('b2')])
  expect(worker.events).toEqual([
    ...['decode a1', 'decode a2', 'forward a1 a2', 'decode b1', 'decode b2', 'computed a1 a2'],
    ...['forward b1 b2', 'encode a1', 'encode a2', 'computed b1 b2', 'encode b1', 'encode b2'],
  ])
})

test('an item that does not decode ahead fails alone', async () => {
  const worker = new HeldModel()
  const [a] = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const first = rig.ask(['a'], 1)
  await worker.started('a')
  const second = rig.ask(['b', 'bad', 'c'], 11)
  await turnsUntil(() => worker.events.includes('decode c'))
  a?.open()
  expect(await first).toEqual([ok('a')])
  expect(await second).toEqual([
    ok('b'),
    { code: 'decoding_error', text: 'decoding error: bad text' },
    ok('c'),
  ])
  expect(worker.calls).toEqual([['a'], ['b', 'c']])
})

test('what is cancelled after it was read is not computed and answered once, what did not decode too', async () => {
  const worker = new HeldModel()
  const [a] = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const first = rig.ask(['a'], 1)
  await worker.started('a')
  const second = rig.ask(['b', 'bad', 'c', 'bad'], 11)
  await turnsUntil(() => worker.events.includes('decode c'))
  rig.cancel(11, 12)
  a?.open()
  await first
  const BAD = { code: 'decoding_error', text: 'decoding error: bad text' }
  expect(await second).toEqual([CANCELLED, CANCELLED, ok('c'), BAD])
  expect(worker.calls).toEqual([['a'], ['c']])
  expect([11, 12, 13, 14].map((id) => rig.finals(id).length)).toEqual([1, 1, 1, 1])
  expect(await rig.ask(['d'], 11)).toHaveLength(1)
})

test('what is cancelled before it was read is answered once', async () => {
  const worker = new HeldModel()
  const [a] = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const first = rig.ask(['a'], 1)
  await worker.started('a')
  const second = rig.ask(['b', 'c'], 11)
  rig.cancel(11)
  await turn()
  a?.open()
  await first
  expect(await second).toEqual([CANCELLED, ok('c')])
  expect(worker.calls).toEqual([['a'], ['c']])
})

test('a reading that takes its time and fails while nobody waits for it yet fails its item', async () => {
  class Late extends HeldModel {
    override deserializeIpc(bytes: Uint8Array): unknown {
      const text = super.deserializeIpc(bytes)
      this.events.push(`decode ${text}`)
      return text === 'gone' ? Promise.reject(new DecodingError('gone')) : Promise.resolve(text)
    }
  }
  const worker = new Late()
  const [a] = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const first = rig.ask(['a'], 1)
  await worker.started('a')
  rig.send(['b', 'gone'].map((text, index) => ({ id: 11 + index, state: 0b10, bytes: serialize(text) })))
  await turnsUntil(() => worker.events.includes('decode gone'))
  await turn()
  a?.open()
  await first
  expect(await Promise.all([rig.answer(11), rig.answer(12)])).toEqual([
    ok('b'),
    { code: 'decoding_error', text: 'decoding error: gone' },
  ])
})

test('a drain finishes the batch that is read and the one that is written', async () => {
  const worker = new HeldModel()
  const [a, b] = worker.hold('a', 'b')
  const rig = await new ReplicaRig(worker).ready()
  const asked = [rig.ask(['a'], 1), rig.ask(['b'], 11)]
  await worker.started('a')
  rig.drain()
  await turnsUntil(() => worker.events.includes('decode b'))
  a?.open()
  await worker.started('b')
  b?.open()
  expect((await Promise.all(asked)).flat()).toEqual([ok('a'), ok('b')])
  await rig.finished
})

test('results that are written late do not hold up the next batch, and are waited for in the end', async () => {
  const written = new Gate()
  class Slow extends HeldModel {
    override async serializeIpc(value: unknown): Promise<Uint8Array> {
      if (value === 'a') await written.passed
      return super.serializeIpc(value) as Uint8Array
    }
  }
  const worker = new Slow()
  const [a, b] = worker.hold('a', 'b')
  const rig = await new ReplicaRig(worker).ready()
  rig.send([{ ...item(1, 'a'), state: 0b01 }])
  rig.send([{ ...item(2, 'b'), state: 0b01 }])
  await worker.started('a')
  await turn()
  a?.open()
  await worker.started('b')
  rig.drain()
  b?.open()
  await rig.answer(2)
  expect(rig.finals(1)).toEqual([])
  written.open()
  await rig.answer(1)
  await rig.finished
})

test('a forward that keeps the event loop is answered before the next one begins', async () => {
  const order: string[] = []
  const rig = await new ReplicaRig(
    new TextBatchWorker(async (texts) => {
      order.push(`forward ${texts[0]}`)
      await Promise.resolve()
      const endMs = performance.now() + 2
      while (performance.now() < endMs);
      return texts
    }),
  ).ready()
  const asked = ['a', 'b', 'c'].map(async (text, index) => {
    await rig.ask([text], index + 1)
    order.push(`answer ${text}`)
  })
  await Promise.all(asked)
  expect(order).toEqual(['forward a', 'answer a', 'forward b', 'answer b', 'forward c', 'answer c'])
})
