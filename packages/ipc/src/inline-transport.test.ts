/** The inline transport keeps the contract of transports, and copies no bytes. */

import { transportConformance } from '@mosec/core/testing'
import { describe, expect, it } from 'vitest'
import { connectInline, type InlineDoor, inlineTransport } from './inline-transport.ts'

transportConformance(
  async () => {
    const transport = inlineTransport()
    const doors = new Map<string, InlineDoor>()
    return {
      transport: {
        async listen(name) {
          const listener = await transport.listen(name)
          doors.set(listener.address, listener.door)
          return listener
        },
        [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
      },
      connect: (address) => connectInline(doors.get(address)),
      [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
    }
  },
  { describe, it },
)

async function pair() {
  const transport = inlineTransport()
  const listener = await transport.listen('a')
  const channel = await connectInline(listener.door)
  const link = await listener.accept(AbortSignal.timeout(20_000))
  const told: unknown[] = []
  link.open({
    replied: (replies) => told.push(replies),
    closed: (reason) => told.push(reason),
  })
  channel.open({
    batch: (items) => told.push(items),
    closed: (reason) => told.push(reason),
  })
  return { link, channel, told }
}

it('hands over the very bytes, both ways', async () => {
  const { link, channel, told } = await pair()
  const bytes = new Uint8Array(10)
  link.send([{ id: 1, state: 3, bytes }], 0)
  channel.reply([{ id: 1, code: 'ok', bytes }])
  await Promise.resolve()
  const [[item], [reply]] = told as [[{ bytes: Uint8Array }], [{ bytes: Uint8Array }]]
  expect(item.bytes).toBe(bytes)
  expect(reply.bytes).toBe(bytes)
})

it('tells nobody anything before the sender is done', async () => {
  const { link, channel, told } = await pair()
  link.send([{ id: 1, state: 3, bytes: new Uint8Array() }], 0)
  channel.reply([{ id: 1, code: 'ok', bytes: new Uint8Array() }])
  channel.close()
  expect(told).toEqual([])
  await Promise.resolve()
  expect(told).toHaveLength(4)
})

it('an item is as it was sent, whatever becomes of the sender’s record', async () => {
  const { link, told } = await pair()
  const task = { id: 1, state: 3, bytes: new Uint8Array(), name: 'a record' }
  link.send([task], 0)
  task.state = 0
  await Promise.resolve()
  expect(told).toEqual([[{ id: 1, state: 3, bytes: new Uint8Array() }]])
})

it('says of failures what a socket would', async () => {
  const { channel, told } = await pair()
  const bytes = new Uint8Array()
  channel.reply([
    { id: 1, code: 'encoding_error', bytes },
    { id: 2, code: 'http_error', httpStatus: 429, bytes },
    { id: 3, code: 'ok', bytes },
  ])
  await Promise.resolve()
  expect(told).toEqual([
    [
      { id: 1, code: 'inference_error', bytes },
      { id: 2, code: 'http_error', httpStatus: 429, bytes },
      { id: 3, code: 'ok', bytes },
    ],
  ])
})

it.each([undefined, {}])('takes nothing for a door but a door: %s', async (door) => {
  await expect(connectInline(door)).rejects.toThrow('this is no door of an inline transport')
})
