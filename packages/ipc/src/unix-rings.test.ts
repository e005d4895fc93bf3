/** Where the sockets lie in memory, large payloads take the rings beside them; the transport keeps its contract. */

import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { BatchItem, Reply } from '@mosec/core'
import { transportConformance } from '@mosec/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSocketDirectory, isInMemory } from './memory-folder.ts'
import { connectUnixSocket } from './unix-channel.ts'
import { unixSocketTransport } from './unix-socket-transport.ts'

const memory = defaultSocketDirectory()
const why = isInMemory(memory) ? '' : ` (skipped: ${memory} does not lie in memory)`

const patience = () => AbortSignal.timeout(20_000)

describe.skipIf(why !== '')(`sockets in memory${why}`, () => {
  let directory: string

  beforeEach(async () => {
    directory = await mkdtemp(join(memory, 'ipc-test-'))
  })

  afterEach(() => rm(directory, { recursive: true, force: true }))

  transportConformance(
    async () => {
      const transport = unixSocketTransport({ directory })
      return {
        transport,
        connect: (address) => connectUnixSocket(address, { signal: patience() }),
        [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
      }
    },
    { describe, it },
  )

  const large = (seed: number): BatchItem => ({
    id: seed,
    state: 0,
    bytes: Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * seed) % 251)),
  })

  it('large payloads are there, both ways, and no file is left once the replica has connected', async () => {
    await using transport = unixSocketTransport({ directory })
    const listener = await transport.listen('replica-1')
    const folder = dirname(listener.address)
    const name = 'replica-1.sock'
    expect((await readdir(folder)).sort()).toEqual(
      ['', '.batches', '.replies', '.taken'].map((end) => `${name}${end}`),
    )
    const channel = await connectUnixSocket(listener.address, { signal: patience() })
    const link = await listener.accept(patience())
    expect(await readdir(folder)).toEqual([name])

    const batch = [large(3), large(5), large(7)]
    const came = new Promise<readonly BatchItem[]>((resolve) =>
      channel.open({ batch: resolve, closed: () => {} }),
    )
    link.send(batch, 0)
    for (const [index, { bytes }] of (await came).entries())
      expect(Buffer.compare(bytes, batch[index]?.bytes ?? bytes.subarray(1))).toBe(0)

    const replies: Reply[] = []
    const closed = new Promise((resolve) =>
      link.open({ replied: (some) => replies.push(...some), closed: resolve }),
    )
    channel.reply(batch.map(({ id, bytes }) => ({ id, code: 'ok' as const, bytes })))
    channel.close()
    await closed
    expect(replies.map(({ id }) => id)).toEqual([3, 5, 7])
    for (const [index, { bytes }] of replies.entries())
      expect(Buffer.compare(bytes, batch[index]?.bytes ?? bytes.subarray(1))).toBe(0)
  })

  it('a replica that does not know of rings gets everything through its socket', async () => {
    await using transport = unixSocketTransport({ directory })
    const listener = await transport.listen('replica-1')
    const socket = connect({ path: listener.address })
    const link = await listener.accept(patience())
    link.send([large(3), large(5)], 0)
    let receivedBytes = 0
    socket.on('data', (chunk) => {
      receivedBytes += chunk.length
      if (receivedBytes === 4 + 2 * (10 + 300_000)) socket.destroy()
    })
    await once(socket, 'close')
    expect(receivedBytes).toBe(4 + 2 * (10 + 300_000))
  })

  it('files of a replica that never came go with its listener', async () => {
    await using transport = unixSocketTransport({ directory })
    const listener = await transport.listen('replica-1')
    await listener[Symbol.asyncDispose]()
    expect(await readdir(dirname(listener.address))).toEqual([])
  })
})
