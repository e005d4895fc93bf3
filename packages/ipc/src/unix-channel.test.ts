/** The replica's end against a parent that is a stranger: bytes in, bytes out. */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchItem, Channel } from '@mosec/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeFrame } from './frame-encoder.ts'
import { connectUnixSocket } from './unix-channel.ts'

let directory: string
let server: Server

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ipc-test-'))
  server = createServer().listen({ path: join(directory, 'parent.sock') })
  await once(server, 'listening')
})

afterEach(async () => {
  server.close()
  await rm(directory, { recursive: true, force: true })
})

async function connected(maxPayloadBytes?: number): Promise<{ parent: Socket; channel: Channel }> {
  const connection = once(server, 'connection')
  const limits = maxPayloadBytes === undefined ? {} : { maxPayloadBytes }
  const channel = await connectUnixSocket(join(directory, 'parent.sock'), limits)
  const [parent]: Socket[] = await connection
  if (parent === undefined) throw new Error('no connection')
  parent.on('error', () => {})
  return { parent, channel }
}

function opened(channel: Channel): { items: BatchItem[]; closed: Promise<string> } {
  const items: BatchItem[] = []
  const closed = new Promise<string>((resolve) => {
    channel.open({ batch: (more) => items.push(...more), closed: resolve })
  })
  return { items, closed }
}

/** Bytes that tell which item they belong to, at every place. */
const bytesOf = (id: number, length: number) => Buffer.alloc(length, `<${id}>`)

describe('what a replica is handed', () => {
  it('stays as it was while more comes: small, large and in between', async () => {
    const { parent, channel } = await connected()
    const { items, closed } = opened(channel)
    const sizes = [3, 40_000, 0, 70_000, 200, 2_000_000, 16_000, 1]
    const sent = Array.from({ length: 96 }, (_, id) => ({ id, bytes: bytesOf(id, sizes[id % 8] ?? 0) }))
    for (let at = 0; at < sent.length; at += 3) parent.write(encodeFrame(0, sent.slice(at, at + 3)))
    parent.end()
    await closed
    const wrong = items.filter(({ id, bytes }) => Buffer.compare(bytes, sent[id]?.bytes ?? bytes) !== 0)
    expect([items.length, wrong.length]).toEqual([96, 0])
  })

  it('starts its own memory when it is large, so that numbers can be laid over it', async () => {
    const { parent, channel } = await connected()
    const { items, closed } = opened(channel)
    parent.end(encodeFrame(0, [{ id: 1, bytes: bytesOf(1, 400_000) }]))
    await closed
    expect([items[0]?.bytes.byteOffset, items[0]?.bytes.buffer.byteLength]).toEqual([0, 400_000])
  })
})

describe('a parent that speaks nonsense', () => {
  it('is left, with the reason, and another one is served', async () => {
    const { parent, channel } = await connected(1000)
    const { items, closed } = opened(channel)
    parent.write(encodeFrame(0, [{ id: 1, bytes: bytesOf(1, 1000) }]))
    parent.write(encodeFrame(0, [{ id: 2, bytes: bytesOf(2, 1001) }]))
    expect(await closed).toBe(
      'malformed frame: expected a payload of at most 1000 bytes (maxPayloadBytes), got 1001 for item 1 of 1, id 2',
    )
    expect(items.map(({ id }) => id)).toEqual([1])
    const next = await connected(1000)
    const { items: more, closed: end } = opened(next.channel)
    next.parent.end(encodeFrame(0, [{ id: 3, bytes: bytesOf(3, 3) }]))
    expect(await end).toBe('the other side ended the connection')
    expect(more.map(({ id }) => id)).toEqual([3])
  })

  it('leaves in the middle of a large payload: the reason says so', async () => {
    const { parent, channel } = await connected()
    const { items, closed } = opened(channel)
    parent.end(encodeFrame(0, [{ id: 1, bytes: bytesOf(1, 500_000) }]).subarray(0, 400_000))
    expect(await closed).toBe('the other side ended the connection in the middle of a frame')
    expect(items).toEqual([])
  })
})

describe('replies', () => {
  it('of equal status share a frame with their neighbours; all of one turn come in one piece', async () => {
    const { parent, channel } = await connected()
    const bytes = Buffer.from('x')
    const ok = (id: number) => ({ id, code: 'ok', bytes }) as const
    channel.reply([ok(1), ok(2), { id: 3, code: 'validation_error', bytes }, ok(4)])
    channel.reply([{ ...ok(5), isEvent: true }])
    const [chunk] = await once(parent, 'data')
    const item = (id: number) => ({ id, bytes })
    expect(chunk).toEqual(
      Buffer.concat([
        encodeFrame(1, [item(1), item(2)]),
        encodeFrame(4, [item(3)]),
        encodeFrame(1, [item(4)]),
        encodeFrame(32768, [item(5)]),
      ]),
    )
    parent.destroy()
  })

  it('have left when the channel says that it is closed, however large', async () => {
    const { parent, channel } = await connected()
    let seen = 0
    parent.on('data', ({ length }) => {
      seen += length
    })
    const { closed } = opened(channel)
    channel.reply([{ id: 1, code: 'ok', bytes: bytesOf(1, 5_000_000) }])
    channel.close()
    expect(await closed).toBe('closed by this side')
    expect(seen).toBe(5_000_000 + 14)
  })
})
