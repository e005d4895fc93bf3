/** The thread transport keeps the contract of transports; large payloads move, and the sender of a batch keeps its own. */

import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Reply } from '@mosec/core'
import { transportConformance } from '@mosec/core/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectThread } from './thread-channel.ts'
import { packPayloads, unpackPayloads } from './thread-payloads.ts'
import { threadTransport } from './thread-transport.ts'

/** The machine may be busy. */
const patience = (): AbortSignal => AbortSignal.timeout(20_000)

transportConformance(
  async () => {
    const transport = threadTransport()
    const doors = new Map<string, MessagePort>()
    return {
      transport: {
        async listen(name) {
          const listener = await transport.listen(name)
          doors.set(listener.address, listener.door)
          return listener
        },
        [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
      },
      async connect(address) {
        const door = doors.get(address)
        if (door === undefined) throw new Error(`nobody listens at ${address}`)
        return connectThread(door)
      },
      [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
    }
  },
  { describe, it },
)

describe('payloads', () => {
  it('come out as they went in, whatever their sizes and the buffers behind them', () => {
    const payload = fc.tuple(fc.constantFrom(0, 1, 100, 65_535, 65_536), fc.nat(7), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(payload, { maxLength: 12 }),
        fc.constantFrom('copied' as const, 'moved' as const),
        (shapes, how) => {
          const payloads = shapes.map(([length, offset, isWhole], index) => {
            const buffer = new ArrayBuffer(isWhole ? length : length + offset + 3)
            return new Uint8Array(buffer, isWhole ? 0 : offset, length).fill(index + 1)
          })
          const expected = payloads.map((bytes) => bytes.slice())
          const got = unpackPayloads(packPayloads(payloads, { how, isShared: () => false }))
          expect(got.map((bytes, index) => Buffer.compare(bytes, expected[index] ?? bytes))).toEqual(
            got.map(() => 0),
          )
          expect(got).toHaveLength(expected.length)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('of a batch stay with the sender, which may have to send them again', async () => {
    await using transport = threadTransport()
    const listener = await transport.listen('a')
    const channel = await connectThread(listener.door)
    const link = await listener.accept(patience())
    const bytes = new Uint8Array(100_000).fill(7)
    const got = new Promise<Uint8Array | undefined>((resolve) => {
      channel.open({ batch: ([item]) => resolve(item?.bytes), closed() {} })
    })
    link.send([{ id: 1, state: 3, bytes }], 0)
    expect((await got)?.byteLength).toBe(100_000)
    expect(bytes.byteLength).toBe(100_000)
    const replied = new Promise<readonly Reply[]>((resolve) => link.open({ replied: resolve, closed() {} }))
    const result = new Uint8Array(100_000).fill(9)
    channel.reply([{ id: 1, code: 'ok', bytes: result }])
    expect((await replied)[0]?.bytes.at(-1)).toBe(9)
    // Moved, not copied.
    expect(result.byteLength).toBe(0)
  })
})

it('says closed when the thread ends without a word', async () => {
  await using transport = threadTransport()
  const listener = await transport.listen('a')
  const code = `
    const { workerData, MessageChannel } = require('node:worker_threads')
    const { port1, port2 } = new MessageChannel()
    workerData.door.postMessage(port2, [port2])
    port1.once('message', () => process.exit(3))`
  const thread = new Worker(code, {
    eval: true,
    workerData: { door: listener.door },
    transferList: [listener.door],
  })
  const exited = once(thread, 'exit')
  const link = await listener.accept(patience())
  const closed = new Promise<string>((resolve) => link.open({ replied() {}, closed: resolve }))
  link.send([{ id: 1, state: 0, bytes: new Uint8Array(1) }], 0)
  expect(await closed).toBe('the other side ended')
  expect(await exited).toEqual([3])
})

it('takes nothing but ports through its door', async () => {
  await using transport = threadTransport()
  const listener = await transport.listen('a')
  listener.door.postMessage('hello')
  const { port1, port2 } = new MessageChannel()
  listener.door.postMessage({ port: port2 }, [port2])
  port1.close()
  await connectThread(listener.door)
  expect(await listener.accept(patience())).toBeDefined()
})
