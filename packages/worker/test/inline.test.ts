/** A replica in the test's own process, under the real supervisor. */

import {
  type AnyWorker,
  type Connection,
  packState,
  type Reply,
  silentLogger,
  systemClock,
  Worker,
} from '@mosec/core'
import { memoryTransport } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { deferred } from '../src/deferred.ts'
import { superviseReplica } from '../src/replica.ts'

const state = packState({ isIngress: false, isEgress: false, requestCodec: 0, responseCodec: 0 })

class Traced extends Worker<string, string> {
  readonly #trace: string[]
  readonly #held: Promise<void>

  constructor(trace: string[], held: Promise<void> = Promise.resolve()) {
    super()
    this.#trace = trace
    this.#held = held
  }

  override async setup(): Promise<void> {
    this.#trace.push('set up')
  }

  override async forward(text: string): Promise<string> {
    if (text === 'held') await this.#held
    return text.toUpperCase()
  }

  override teardown(): void {
    this.#trace.push('torn down')
  }
}

function rig(makeWorker: () => AnyWorker) {
  const transport = memoryTransport()
  const connections: Connection[] = []
  const replies: Reply[] = []
  let made = 0
  const replica = superviseReplica({
    stage: 'test',
    replica: 1,
    addressName: 'test',
    launch: {
      isolation: 'inline',
      options: {
        workerName: 'Traced',
        makeWorker: () => {
          made++
          return makeWorker()
        },
        maxBatchSize: 1,
        timeoutMs: 0,
        onBatchError: 'isolate',
        connect: async () => transport.connect('memory:test'),
      },
    },
    transport,
    onConnection(connection) {
      connections.push(connection)
      connection.open({ replied: (some) => replies.push(...some), closed() {} })
    },
    observer: {},
    restart: { firstMs: 1, maxMs: 1, healthyMs: 60_000 },
    clock: systemClock,
    logger: silentLogger,
  })
  const helper = new Traced([])
  return {
    replica,
    replies,
    made: () => made,
    async send(id: number, text: string) {
      connections.at(-1)?.send([{ id, state, bytes: await helper.serializeIpc(text) }], 0)
    },
    results: () => replies.map(({ id, bytes }) => [id, helper.deserializeIpc(bytes)]),
  }
}

it('is set up, computes, and is torn down when it is to leave', async () => {
  const trace: string[] = []
  const { replica, send, results } = rig(() => new Traced(trace))
  expect(await replica.start()).toMatchObject({ name: 'Traced', kind: 'single' })
  await send(1, 'a')
  await expect.poll(results).toEqual([[1, 'A']])
  await replica.stop({ graceMs: 1000 })
  expect([replica.state, trace]).toEqual(['stopped', ['set up', 'torn down']])
})

it('says which phase failed, with the user’s own error', async () => {
  class Broken extends Traced {
    override async setup(): Promise<void> {
      throw new Error('no such file')
    }
  }
  const { replica } = rig(() => new Broken([]))
  await expect(replica.start()).rejects.toThrow(
    "stage 'test', replica 1: set-up of worker Broken failed: no such file",
  )
  expect(replica.state).toBe('stopped')
})

it('is given up when it is killed: another one is made, and what the old one still answers is dropped', async () => {
  const trace: string[] = []
  const held = deferred<void>()
  const { replica, send, results, made } = rig(() => new Traced(trace, held.promise))
  await replica.start()
  await send(1, 'held')
  replica.kill()
  await expect.poll(() => [made(), replica.state]).toEqual([2, 'ready'])
  await send(2, 'b')
  await expect.poll(results).toEqual([[2, 'B']])
  expect(trace).toEqual(['set up', 'set up'])
  held.resolve()
  await expect.poll(() => trace).toEqual(['set up', 'set up', 'torn down'])
  expect(results()).toEqual([[2, 'B']])
  await replica.stop({ graceMs: 1000 })
})

it('is given up while it is set up: it is torn down when that has ended, and never becomes ready', async () => {
  const trace: string[] = []
  const held = deferred<void>()
  class Slow extends Traced {
    override async setup(): Promise<void> {
      await held.promise
      await super.setup()
    }
  }
  const { replica } = rig(() => new Slow(trace))
  const stop = new AbortController()
  const starting = replica.start(stop.signal)
  stop.abort(new Error('never mind'))
  await expect(starting).rejects.toThrow('never mind')
  expect(trace).toEqual([])
  held.resolve()
  await expect.poll(() => trace).toEqual(['set up', 'torn down'])
})
