/** The thread transport keeps the contract of transports; large payloads move, and the sender of a batch keeps its own. */

import { once } from 'node:events'
import { MessageChannel, MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Reply } from '@mosec/core'
import { transportConformance } from '@mosec/core/testing'
import { describe, expect, it } from 'vitest'
import { connectThread } from './thread-channel.ts'
import { readBatch, readReplies } from './thread-messages.ts'
import { type Parcel, ParcelReader } from './thread-parcel.ts'
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

it('payloads of a batch stay with the sender, which may have to send them again', async () => {
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

describe('what is said in one turn is one message', () => {
  it('of the parent', async () => {
    await using transport = threadTransport()
    const listener = await transport.listen('a')
    const { port1: own, port2: theirs } = new MessageChannel()
    listener.door.postMessage(theirs, [theirs])
    const link = await listener.accept(patience())
    for (const id of [1, 2, 3]) link.send([{ id, state: 0, bytes: new Uint8Array(id) }], 0)
    const parcel = await nextParcel(own)
    expect([1, 2, 3].map(() => readBatch(parcel).items.map(({ id }) => id))).toEqual([[1], [2], [3]])
    expect([parcel.isAtEnd, receiveMessageOnPort(own)]).toEqual([true, undefined])
    link.close()
  })

  it('of the thread', async () => {
    const { port1: door, port2: inside } = new MessageChannel()
    const connecting = connectThread(door)
    const [port] = await once(inside, 'message')
    inside.postMessage('welcome')
    const channel = await connecting
    if (!(port instanceof MessagePort)) throw new Error('no port came through the door')
    for (const id of [1, 2, 3]) channel.reply([{ id, code: 'ok', bytes: new Uint8Array(id) }])
    const parcel = await nextParcel(port)
    expect(readReplies(parcel, () => {}).map(({ id }) => id)).toEqual([1, 2, 3])
    expect(receiveMessageOnPort(port)).toBeUndefined()
    channel.close()
    inside.close()
  })
})

it('a thread that closes amid the batches of one message is told none of the rest', async () => {
  await using transport = threadTransport()
  const listener = await transport.listen('a')
  const channel = await connectThread(listener.door)
  const link = await listener.accept(patience())
  for (const id of [1, 2, 3]) link.send([{ id, state: 0, bytes: new Uint8Array(1) }], 0)
  const told: unknown[] = []
  await new Promise<void>((resolve) =>
    channel.open({
      batch: ([item]) => {
        told.push(item?.id)
        channel.close()
      },
      closed: () => resolve(),
    }),
  )
  expect(told).toEqual([1])
  // And it still works.
  await connectThread(listener.door)
  expect(await listener.accept(patience())).toBeDefined()
})

async function nextParcel(port: MessagePort): Promise<ParcelReader> {
  const [parcel]: Parcel[] = await once(port, 'message')
  if (parcel === undefined) throw new Error('no parcel came')
  return new ParcelReader(parcel)
}
