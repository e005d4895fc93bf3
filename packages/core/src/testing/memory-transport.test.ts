/** The memory transport keeps the contract, in both modes, and can be held. */

import { describe, expect, it } from 'vitest'
import type { BatchItem, Link, Reply } from '../contract/transport.ts'
import { type MemoryTransport, type MemoryTransportOptions, memoryTransport } from './memory-transport.ts'
import { transportConformance } from './transport-conformance.ts'

for (const deliver of ['microtask', 'sync'] as const) {
  describe(`memory transport, ${deliver}`, () => {
    transportConformance(
      async () => {
        const transport = memoryTransport({ deliver })
        return {
          transport,
          connect: async (address) => transport.connect(address),
          [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
        }
      },
      { describe, it },
    )
  })
}

const item = (id: number): BatchItem => ({ id, state: 0, bytes: new Uint8Array(0) })
const ok = (id: number): Reply => ({ id, code: 'ok', bytes: new Uint8Array(0) })

/** A replica that answers each batch at once, last item first. */
async function echoing(options: MemoryTransportOptions): Promise<{
  transport: MemoryTransport
  link: Link
  log: string[]
}> {
  const transport = memoryTransport(options)
  const listener = await transport.listen('replica-1')
  const channel = transport.connect(listener.address)
  const link = await listener.accept(AbortSignal.timeout(20_000))
  const log: string[] = []
  channel.open({
    batch: (items) => {
      log.push(`batch ${items.length}`)
      channel.reply(items.map(({ id }) => ok(id)).reverse())
    },
    closed: () => log.push('channel closed'),
  })
  link.open({
    replied: (replies) => log.push(`replies ${replies.map(({ id }) => id).join()}`),
    closed: () => log.push('link closed'),
  })
  return { transport, link, log }
}

describe('delivery', () => {
  it('is over before send returns, in sync mode', async () => {
    const { link, log } = await echoing({ deliver: 'sync' })
    link.send([item(1), item(2)], 0)
    expect(log).toEqual(['batch 2', 'replies 2,1'])
  })

  it('never happens within send, in microtask mode', async () => {
    const { link, log } = await echoing({})
    link.send([item(1)], 0)
    expect(log).toEqual([])
    await Promise.resolve()
    await Promise.resolve()
    expect(log).toEqual(['batch 1', 'replies 1'])
  })

  it('waits while held, and is released one by one or all at once', async () => {
    const { transport, link, log } = await echoing({ deliver: 'sync' })
    transport.hold()
    link.send([item(1)], 0)
    link.send([item(2)], 0)
    link.close()
    expect([log, transport.heldDeliveries]).toEqual([[], 4])
    transport.release(1)
    expect([log, transport.heldDeliveries]).toEqual([['batch 1'], 3])
    transport.release()
    expect([log.slice(1), transport.heldDeliveries]).toEqual([
      ['batch 1', 'link closed', 'channel closed'],
      0,
    ])
  })
})
