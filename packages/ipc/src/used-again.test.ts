/** Memory is used again when it was given back, and only then. */

import type { BatchItem, Channel, Listener, Reply, Transport } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { Lender } from './lender.ts'
import { SharedLender } from './shared-lender.ts'
import { connectThread } from './thread-channel.ts'
import { threadTransport } from './thread-transport.ts'
import { connectUnixSocket } from './unix-channel.ts'
import { unixSocketTransport } from './unix-socket-transport.ts'

const LARGE = 300_000

it('a replica writes a reply where one was that has left, and not where a worker made something of a loan', () => {
  const lender = new Lender()
  const first = lender.lend(LARGE)
  lender.returned(first.subarray(1))
  const second = lender.lend(LARGE)
  expect(second.buffer).not.toBe(first.buffer)
  lender.returned(first)
  lender.returned(first)
  expect(
    [lender.lend(LARGE).buffer, lender.lend(LARGE).buffer].filter((one) => one === first.buffer),
  ).toHaveLength(1)
})

describe('over a socket', () => {
  it('replies share no memory until it is given back, and then the next one has it', async () => {
    await using pair = await unixPair()
    const one = await pair.reply(1, new Uint8Array(LARGE).fill(1))
    const two = await pair.reply(2, new Uint8Array(LARGE).fill(2))
    expect(two.bytes.buffer).not.toBe(one.bytes.buffer)
    expect([one.bytes.at(-1), two.bytes.at(-1)]).toEqual([1, 2])
    one.release?.()
    const three = await pair.reply(3, new Uint8Array(LARGE).fill(3))
    expect(three.bytes.buffer).toBe(one.bytes.buffer)
    expect([two.bytes.at(-1), three.bytes.at(-1)]).toEqual([2, 3])
  })

  it.each([true, false])(
    'inputs are read over answered ones when the worker forgets them: %s',
    async (forgetsBytes) => {
      await using pair = await unixPair(forgetsBytes)
      const one = await pair.send(1, new Uint8Array(LARGE).fill(1))
      await pair.reply(1, new Uint8Array(1))
      const two = await pair.send(2, new Uint8Array(LARGE).fill(2))
      expect(two.bytes.buffer === one.bytes.buffer).toBe(forgetsBytes)
      expect(two.bytes.at(-1)).toBe(2)
    },
  )

  it('an input that is its own answer is left alone', async () => {
    await using pair = await unixPair(true)
    const one = await pair.send(1, new Uint8Array(LARGE).fill(1))
    const [reply, two] = await Promise.all([
      pair.reply(1, one.bytes),
      pair.send(2, new Uint8Array(LARGE).fill(2)),
    ])
    expect([reply.bytes.at(-1), two.bytes.at(-1)]).toEqual([1, 2])
    expect(two.bytes.buffer).not.toBe(one.bytes.buffer)
  })
})

describe('between threads', () => {
  it('a loan reaches the next thread in place, and is lent again when the parent gave it back', async () => {
    await using transport = threadTransport()
    await using first = await pairOver(transport, ({ door }) => connectThread(door))
    const lent = first.channel.lend?.(LARGE)
    const reply = await first.reply(1, lent?.fill(7))
    expect(reply.bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
    await using second = await pairOver(transport, ({ door }) => connectThread(door))
    const got = await second.send(1, reply.bytes)
    // The very same memory: what one side writes the other one sees.
    lent?.fill(8)
    expect([got.bytes.length, got.bytes.at(-1), reply.bytes.at(-1)]).toEqual([LARGE, 8, 8])
    reply.release?.()
    await first.send(2, new Uint8Array(1))
    first.channel.lend?.(LARGE).fill(9)
    expect(reply.bytes.at(-1)).toBe(9)
  })

  it('what is lent is limited; beyond it memory is the thread’s own', () => {
    const lender = new SharedLender()
    const sizeBytes = 64 * 1024 * 1024
    const loans = [1, 2, 3, 4, 5].map(() => lender.lend(sizeBytes))
    expect(loans.map((one) => lender.sends(one))).toEqual([true, true, true, true, false])
    const [block] = loans.map(({ buffer }) => buffer)
    if (block instanceof SharedArrayBuffer) lender.returned([block])
    expect(lender.sends(lender.lend(sizeBytes))).toBe(true)
  })
})

/** A connected pair whose ends say what came. */
async function pairOver<Kind extends Listener>(
  transport: { listen(name: string): Promise<Kind> } & Transport,
  connect: (listener: Kind) => Promise<Channel>,
  forgetsBytes = false,
) {
  const listener = await transport.listen(`replica-${++listeners}`)
  const channel = await connect(listener)
  const link = await listener.accept(AbortSignal.timeout(5000))
  let came: (item: BatchItem) => void = () => {}
  let replied: (reply: Reply) => void = () => {}
  channel.open({ forgetsBytes, batch: (items) => void items.map((item) => came(item)), closed() {} })
  link.open({ replied: (replies) => void replies.map((reply) => replied(reply)), closed() {} })
  return {
    channel,
    send: (id: number, bytes: Uint8Array) =>
      new Promise<BatchItem>((resolve) => {
        came = resolve
        link.send([{ id, state: 0, bytes }], 0)
      }),
    reply: (id: number, bytes: Uint8Array = new Uint8Array()) =>
      new Promise<Reply>((resolve) => {
        replied = resolve
        channel.reply([{ id, code: 'ok', bytes }])
      }),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

let listeners = 0

const unixPair = async (forgetsBytes = false) => {
  const transport = unixSocketTransport()
  const pair = await pairOver(transport, ({ address }) => connectUnixSocket(address), forgetsBytes)
  return { ...pair, [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() }
}
