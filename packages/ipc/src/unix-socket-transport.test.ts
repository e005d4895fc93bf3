/** The Unix-socket transport keeps the contract of transports, and its own house. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Link, Listener, Reply, Transport } from '@mosec/core'
import { transportConformance } from '@mosec/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeFrame } from './frame-encoder.ts'
import { reclaimSocketFolder } from './socket-folder.ts'
import { connectUnixSocket } from './unix-channel.ts'
import { unixSocketTransport } from './unix-socket-transport.ts'

const patience = () => AbortSignal.timeout(20_000)

let directory: string
let transport: Transport

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ipc-test-'))
  transport = unixSocketTransport({ directory, maxPayloadBytes: 64 * 1024 })
})

afterEach(async () => {
  await transport[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

transportConformance(
  async () => {
    const fresh = unixSocketTransport({ directory })
    return {
      transport: fresh,
      connect: (address) => connectUnixSocket(address, { signal: patience() }),
      [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose](),
    }
  },
  { describe, it },
)

describe('the folder', () => {
  it('is entered by this user only, has an unguessable name, and goes with the transport', async () => {
    const { address } = await transport.listen('replica-1')
    const folder = dirname(address)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(folder).toMatch(/mosec-\d+-\d+-[0-9a-f]{16}$/)
    await transport[Symbol.asyncDispose]()
    expect(await readdir(directory)).toEqual([])
  })

  it('is not made before it is needed, and its directory is made when absent', async () => {
    await using idle = unixSocketTransport({ directory: join(directory, 'a', 'b') })
    expect(await readdir(directory)).toEqual([])
    await idle.listen('replica-1')
    expect(await readdir(join(directory, 'a', 'b'))).toHaveLength(1)
  })

  it('of a dead parent is removed at the next start, that of a live one and of strangers stays', async () => {
    const { ino } = await stat('/proc/self/ns/pid').catch(() => ({ ino: 0 }))
    const name = (pid: number, space = ino) => `mosec-${pid}-${space}-0123456789abcdef`
    const alive = [name(process.ppid), name(deadPid(), ino + 1), 'mosec-notes', `x${name(deadPid())}`]
    const stale = [name(deadPid()), name(process.pid)]
    for (const folder of [...alive, ...stale]) await mkdir(join(directory, folder))
    // As if an earlier process had had our number, which is the rule in containers.
    await utimes(join(directory, name(process.pid)), 1, 1)
    const { address } = await transport.listen('replica-1')
    await using second = unixSocketTransport({ directory })
    const other = await second.listen('replica-1')
    const ours = [address, other.address].map((path) => dirname(path).slice(directory.length + 1))
    expect((await readdir(directory)).sort()).toEqual([...alive, ...ours].sort())
  })

  it.skipIf(process.platform !== 'linux')(
    'of a parent that nobody has asked how it ended is stale, too',
    async () => {
      // The shell becomes another program, which does not know that it has a child.
      const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const [pid] = await once(shell.stdout, 'data')
      const { ino } = await stat('/proc/self/ns/pid')
      const folder = join(directory, `mosec-${Number(String(pid))}-${ino}-0123456789abcdef`)
      await mkdir(folder)
      await expect
        .poll(async () => {
          await reclaimSocketFolder(join(folder, 'a.sock'))
          return readdir(directory)
        })
        .toEqual([])
      shell.kill()
    },
  )

  it('can be removed by a replica, once its parent is dead', async () => {
    const { address } = await transport.listen('replica-1')
    await reclaimSocketFolder(address)
    expect(await readdir(dirname(address))).toHaveLength(1)
    const { ino } = await stat('/proc/self/ns/pid').catch(() => ({ ino: 0 }))
    const orphan = join(directory, `mosec-${deadPid()}-${ino}-0123456789abcdef`)
    await mkdir(orphan)
    await reclaimSocketFolder(join(orphan, 'replica-1.sock'))
    await reclaimSocketFolder(join(orphan, 'replica-1.sock'))
    await expect(stat(orphan)).rejects.toThrow('ENOENT')
  })

  it('goes also when the process just exits', () => {
    const program = `
      import { unixSocketTransport } from '${new URL('../dist/index.js', import.meta.url).href}'
      await unixSocketTransport({ directory: ${JSON.stringify(directory)} }).listen('replica-1')
      process.exit(3)`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
    expect([status, stderr.toString()]).toEqual([3, ''])
    return expect(readdir(directory)).resolves.toEqual([])
  })

  it('whose path is too long is refused, naming the option, and a shorter one works', async () => {
    await using long = unixSocketTransport({ directory: join(directory, 'd'.repeat(60)) })
    await expect(long.listen('replica-1')).rejects.toThrow(
      /takes 10[37] \(sun_path, less its end\): choose a folder with a shorter path than .*d, by --path or "directory"$/,
    )
    await transport.listen('replica-1')
  })

  it.each(['', 'a/b', '../up', 'a b', 'a\0b'])('takes no listener called %j', async (name) => {
    await expect(transport.listen(name)).rejects.toThrow(RangeError)
    await transport.listen('replica-1')
  })
})

describe('connecting', () => {
  it('where nobody listens says where', async () => {
    const nowhere = join(directory, 'none.sock')
    await expect(connectUnixSocket(nowhere)).rejects.toMatchObject({
      code: 'start_error',
      message: expect.stringContaining(nowhere),
    })
  })

  it('gives up with the reason of its signal', async () => {
    const { address } = await transport.listen('replica-1')
    const controller = new AbortController()
    const connecting = connectUnixSocket(address, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    await expect(connectUnixSocket(address, { signal: controller.signal })).rejects.toThrow('enough')
    ;(await connectUnixSocket(address)).close()
  })
})

/** A replica written by a stranger: bytes in, bytes out. */
async function stranger(listener: Listener): Promise<{ socket: Socket; link: Link }> {
  const socket = connect({ path: listener.address })
  return { socket, link: await listener.accept(patience()) }
}

function opened(link: Link): { replies: Reply[]; closed: Promise<string> } {
  const replies: Reply[] = []
  const closed = new Promise<string>((resolve) => {
    link.open({ replied: (more) => replies.push(...more), closed: resolve })
  })
  return { replies, closed }
}

const reply = (id: number, bytes = Buffer.from('x')) => ({ id, bytes })

describe('a replica that speaks nonsense', () => {
  const nonsense = [
    ['has no known flag', Buffer.from('0020' + '0001', 'hex'), 'expected a reply flag'],
    ['sends text', Buffer.from('HTTP/1.1 200 OK'), 'expected a payload of at most 65536'],
    [
      'claims 4 GiB',
      Buffer.from('0001' + '0001' + '00000007' + '0000' + 'ffffffff', 'hex'),
      'got 4294967295',
    ],
  ] as const

  it.each(nonsense)('%s: is closed with the reason, and the next one is served', async (_, bytes, reason) => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    const { replies, closed } = opened(link)
    socket.write(encodeFrame(1, [reply(5)]))
    socket.write(bytes)
    expect(await closed).toMatch(/^malformed frame: /)
    expect(await closed).toContain(reason)
    expect(replies.map(({ id }) => id)).toEqual([5])
    socket.on('error', () => {})
    if (!socket.closed) await once(socket, 'close')
    await isServed(listener)
  })

  it('leaves in the middle of a frame: the reason says so', async () => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    const { closed, replies } = opened(link)
    socket.end(encodeFrame(1, [reply(1), reply(2)]).subarray(0, 20))
    expect(await closed).toBe('the other side ended the connection in the middle of a frame')
    expect(replies).toEqual([])
    await isServed(listener)
  })

  it('dies with a batch unread: what it answered counts, and the reason is told', async () => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    link.send([{ id: 2, state: 1, bytes: Buffer.alloc(100_000) }], 0)
    await once(socket, 'readable')
    await new Promise((resolve) => socket.write(encodeFrame(1, [reply(1)]), resolve))
    socket.destroy()
    const { closed, replies } = opened(link)
    expect(await closed).toMatch(/^connection lost: read ECONNRESET$|^the other side ended the connection$/)
    expect(replies.map(({ id }) => id)).toEqual([1])
    await isServed(listener)
  })

  it('sends one byte at a time: is understood', async () => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    const { closed, replies } = opened(link)
    for (const byte of encodeFrame(4, [reply(1, Buffer.from('ab')), reply(2)])) {
      await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve))
    }
    socket.end()
    await closed
    expect(replies.map(({ id, code }) => [id, code])).toEqual([
      [1, 'validation_error'],
      [2, 'validation_error'],
    ])
  })
})

async function isServed(listener: Listener): Promise<void> {
  const channel = await connectUnixSocket(listener.address)
  const { replies, closed } = opened(await listener.accept(patience()))
  channel.reply([{ id: 9, code: 'ok', bytes: Buffer.from('fine') }])
  channel.close()
  await closed
  expect(replies.map(({ id, code }) => [id, code])).toEqual([[9, 'ok']])
}

describe('writing', () => {
  it('hands on the first of many large answers before the last one has come', async () => {
    const listener = await transport.listen('replica-1')
    const channel = await connectUnixSocket(listener.address)
    const link = await listener.accept(patience())
    const frames: number[][] = []
    const closed = new Promise<string>((resolve) => {
      link.open({ replied: (some) => frames.push(some.map(({ id }) => id)), closed: resolve })
    })
    const bytes = Buffer.alloc(64 * 1024)
    channel.reply(Array.from({ length: 10 }, (_, id) => ({ id, code: 'ok' as const, bytes })))
    channel.close()
    await closed
    expect(frames).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
  })

  it('sends what was queued in one turn in one piece', async () => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    for (let id = 0; id < 50; id++) link.send([{ id, state: 1, bytes: Buffer.from('small') }], 0)
    const [chunk] = await once(socket, 'data')
    expect(chunk).toHaveLength(50 * (4 + 10 + 5))
    socket.destroy()
  })

  it('keeps the bytes of small payloads as they were when sent', async () => {
    const listener = await transport.listen('replica-1')
    const { socket, link } = await stranger(listener)
    const bytes = Buffer.from('before')
    link.send([{ id: 1, state: 1, bytes }], 0)
    bytes.fill(0)
    const [chunk] = await once(socket, 'data')
    expect(chunk.subarray(14).toString()).toBe('before')
    socket.destroy()
  })
})

/** A process number that belongs to nobody now. */
function deadPid(): number {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  return pid
}
