/**
 * What the child loop costs per item, without a codec's or a model's own cost: `pnpm exec tsx packages/worker/bench/loop.ts`.
 *
 * A channel in memory hands over rounds of batches; a round is over when its last reply came. Medians of rounds.
 */

import {
  type AnyWorker,
  type BatchItem,
  BatchWorker,
  type Channel,
  type ChannelEvents,
  packState,
  silentLogger,
  systemClock,
  Worker,
} from '@mosec/core'
import { serveReplica } from '../src/index.ts'

const ITEMS_PER_ROUND = 4_096
const WARM_ROUNDS = 40
const ROUNDS = 120
const STATE = packState({ isIngress: true, isEgress: true, requestCodec: 0, responseCodec: 0 })

const same = (bytes: Uint8Array): Uint8Array => bytes
const noCodec = { deserialize: same, serialize: (value: unknown) => value as Uint8Array }

class Single extends Worker<Uint8Array, Uint8Array> {
  override deserialize = noCodec.deserialize
  override serialize = noCodec.serialize
  override forward(input: Uint8Array): Uint8Array {
    return input
  }
}

class AsyncSingle extends Worker<Uint8Array, Uint8Array> {
  override deserialize = noCodec.deserialize
  override serialize = noCodec.serialize
  override async forward(input: Uint8Array): Promise<Uint8Array> {
    return input
  }
}

class Batch extends BatchWorker<Uint8Array, Uint8Array> {
  override deserialize = noCodec.deserialize
  override serialize = noCodec.serialize
  override forward(inputs: Uint8Array[]): Uint8Array[] {
    return inputs
  }
}

class AsyncBatch extends BatchWorker<Uint8Array, Uint8Array> {
  override deserialize = noCodec.deserialize
  override serialize = noCodec.serialize
  override async forward(inputs: Uint8Array[]): Promise<Uint8Array[]> {
    return inputs
  }
}

/** Microseconds per item, and replies per `channel.reply`. */
interface Cost {
  readonly itemUs: number
  readonly repliesPerGroup: number
}

async function measure(worker: AnyWorker, batchSize: number): Promise<Cost> {
  const batches = makeBatches(batchSize)
  const times: number[] = []
  let groups = 0
  await new Promise<void>((resolve) => {
    let events: ChannelEvents | undefined
    let left = 0
    let startedMs = 0
    const begin = (): void => {
      left = ITEMS_PER_ROUND
      startedMs = performance.now()
      for (const batch of batches) events?.batch(batch, 0)
    }
    const channel: Channel = {
      open(opened) {
        events = opened
        begin()
      },
      reply(replies) {
        groups += 1
        left -= replies.length
        if (left > 0) return
        times.push(performance.now() - startedMs)
        if (times.length < WARM_ROUNDS + ROUNDS) setImmediate(begin)
        else {
          events?.closed('done')
          resolve()
        }
      },
      close: () => {},
    }
    void serveReplica({
      worker,
      stage: 'bench',
      replica: 1,
      maxBatchSize: batchSize,
      timeoutMs: 0,
      onBatchError: 'isolate',
      connect: () => Promise.resolve(channel),
      control: { send: () => {}, open: () => {}, close: () => Promise.resolve() },
      clock: systemClock,
      logger: silentLogger,
    })
  })
  return {
    itemUs: (median(times.slice(WARM_ROUNDS)) * 1_000) / ITEMS_PER_ROUND,
    repliesPerGroup: (ITEMS_PER_ROUND * times.length) / groups,
  }
}

function makeBatches(batchSize: number): BatchItem[][] {
  const bytes = new Uint8Array(100)
  return Array.from({ length: ITEMS_PER_ROUND / batchSize }, (_, batch) =>
    Array.from({ length: batchSize }, (_, index) => ({ id: batch * batchSize + index, state: STATE, bytes })),
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

const cases: readonly (readonly [string, AnyWorker, number])[] = [
  ['1 item, synchronous Worker', new Single(), 1],
  ['1 item, asynchronous Worker', new AsyncSingle(), 1],
  ['1 item, synchronous BatchWorker', new Batch(), 1],
  ['32 items, synchronous BatchWorker', new Batch(), 32],
  ['32 items, asynchronous BatchWorker', new AsyncBatch(), 32],
]

for (const [name, worker, batchSize] of cases) {
  const { itemUs, repliesPerGroup } = await measure(worker, batchSize)
  console.log(`${name.padEnd(36)} ${itemUs.toFixed(3)} us/item   ${repliesPerGroup.toFixed(0)} replies/group`)
}
