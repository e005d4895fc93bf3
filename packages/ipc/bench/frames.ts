/**
 * What frames cost: CPU per message and side, bytes per second beside a bare socket, and where copying stops to pay.
 * Run with `pnpm --filter @mosec/ipc bench`; needs a build. Ratios travel between machines, figures do not.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BatchItem, Channel, Link } from '@mosec/core'
import { connectUnixSocket, FrameDecoder, FrameEncoder, unixSocketTransport } from '@mosec/ipc'

const ROUNDS = 5

/** What the child is asked to do. */
type Job = { readonly bare: string } | { readonly address: string; readonly echo: boolean }

const self = fileURLToPath(import.meta.url)
if (process.send === undefined) await runParent()
else process.once('message', (job: Job) => void runChild(job))

async function runParent(): Promise<void> {
  codecOnly()
  await copyThreshold()
  await small()
  await large()
}

/** Encoding and decoding alone. */
function codecOnly(): void {
  const items = itemsOf(32, 100)
  const encoder = new FrameEncoder()
  const encode = best(() => {
    for (let round = 0; round < 20_000; round++) {
      encoder.append(0, items)
      encoder.take()
    }
  })
  encoder.append(0, items)
  const bytes = Buffer.concat(encoder.take())
  let seen = 0
  const decoder = new FrameDecoder({ onFrame: (_flag, { length }) => (seen += length) })
  const decode = best(() => {
    for (let round = 0; round < 20_000; round++) decoder.push(bytes)
  })
  const each = (ms: number) => ((ms * 1000) / (20_000 * 32)).toFixed(3)
  console.log(`32 x 100 B: encode ${each(encode)} us, decode ${each(decode)} us a message (${seen} seen)`)
}

/** Batches of 8 written to a real socket: every payload copied, against every payload as a piece of its own. */
async function copyThreshold(): Promise<void> {
  await using drain = await drained()
  await drain.cpuUsOf(itemsOf(8, 100), 0)
  for (const kib of [0.25, 0.5, 1, 2, 4, 16, 64]) {
    const items = itemsOf(8, kib * 1024)
    const gathered = await drain.cpuUsOf(items, 0)
    const copied = await drain.cpuUsOf(items, Number.POSITIVE_INFINITY)
    console.log(
      `8 x ${kib} KiB written: copied ${copied.toFixed(1)}, gathered ${gathered.toFixed(1)} us CPU a batch`,
    )
  }
}

interface Drain extends AsyncDisposable {
  /** CPU of the writing side, in microseconds a batch: the least of some rounds. */
  cpuUsOf(items: readonly BatchItem[], copyUpToBytes: number): Promise<number>
}

/** A socket to a process that reads and forgets. */
async function drained(): Promise<Drain> {
  const directory = await mkdtemp(join(tmpdir(), 'ipc-bench-'))
  const path = join(directory, 'drain.sock')
  const server = createServer().listen(path)
  const child = fork(self)
  child.send({ bare: path })
  const [socket]: Socket[] = await once(server, 'connection')
  if (socket === undefined) throw new Error('no connection')
  // The reader is killed in the middle of our last bytes.
  socket.on('error', () => {}).resume()
  const batches = 1000
  const round = async (items: readonly BatchItem[], copyUpToBytes: number) => {
    const encoder = new FrameEncoder({ copyUpToBytes })
    const before = cpuUs()
    for (let batch = 0; batch < batches; batch++) {
      encoder.append(0, items)
      await new Promise((resolve) => {
        const parts = encoder.take()
        socket.cork()
        for (const [at, part] of parts.entries())
          socket.write(part, at === parts.length - 1 ? resolve : undefined)
        socket.uncork()
      })
    }
    return (cpuUs() - before) / batches
  }
  return {
    async cpuUsOf(items, copyUpToBytes) {
      const rounds: number[] = []
      for (let at = 0; at < ROUNDS; at++) rounds.push(await round(items, copyUpToBytes))
      return Math.min(...rounds)
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function small(): Promise<void> {
  await using pair = await pairOf({ echo: true })
  for (const [count, size, outstanding] of [
    [32, 100, 4],
    [1, 100, 1],
    [1, 100, 16],
  ] as const) {
    const batches = count === 32 ? 6000 : 20_000
    await pair.pingPong({ items: itemsOf(count, size), batches: batches / 5, outstanding })
    const round = await pair.pingPong({ items: itemsOf(count, size), batches, outstanding })
    const messages = batches * count
    console.log(
      `${count} x ${size} B, ${outstanding} outstanding: parent ${(round.parentUs / messages).toFixed(2)}, ` +
        `child ${(round.childUs / messages).toFixed(2)} us CPU a message, ${(round.wallUs / batches).toFixed(1)} us a batch`,
    )
  }
}

async function large(): Promise<void> {
  const size = 600 * 1024
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await bareRate(size, 2000)
    await using pair = await pairOf({ echo: false })
    const ours = await pair.pingPong({ items: itemsOf(1, size), batches: 2000, outstanding: 8 })
    const rate = (size * 2000) / ours.wallUs / 1000
    console.log(
      `600 KiB one way: bare socket ${bare.toFixed(2)} GB/s, frames ${rate.toFixed(2)} GB/s, ` +
        `${((100 * rate) / bare).toFixed(0)} %`,
    )
  }
}

interface Round {
  readonly items: readonly BatchItem[]
  readonly batches: number
  readonly outstanding: number
}

interface Figures {
  readonly parentUs: number
  readonly childUs: number
  readonly wallUs: number
}

interface BenchPair extends AsyncDisposable {
  pingPong(round: Round): Promise<Figures>
}

async function pairOf(options: { readonly echo: boolean }): Promise<BenchPair> {
  const transport = unixSocketTransport()
  const listener = await transport.listen('bench')
  const child = fork(self)
  child.send({ address: listener.address, ...options })
  const link = await listener.accept(AbortSignal.timeout(10_000))
  const pump = pumpOver(link)
  const childCpu = () =>
    new Promise<number>((resolve) => {
      child.once('message', (us: number) => resolve(us))
      child.send('cpu')
    })
  return {
    async pingPong(round) {
      const [childBefore, before, startMs] = [await childCpu(), cpuUs(), performance.now()]
      await pump(round)
      const [wallUs, parentUs] = [(performance.now() - startMs) * 1000, cpuUs() - before]
      return { parentUs, wallUs, childUs: (await childCpu()) - childBefore }
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await transport[Symbol.asyncDispose]()
    },
  }
}

/** Keeps so many batches on their way until all were answered. */
function pumpOver(link: Link): (round: Round) => Promise<void> {
  let replied: (count: number) => void = () => {}
  link.open({ replied: ({ length }) => replied(length), closed: () => {} })
  return ({ items, batches, outstanding }) =>
    new Promise((resolve) => {
      let [toSend, toCome, back] = [batches, batches * items.length, 0]
      const send = () => {
        toSend--
        link.send(items, 0)
      }
      replied = (count) => {
        toCome -= count
        for (back += count; back >= items.length; back -= items.length) if (toSend > 0) send()
        if (toCome === 0) resolve()
      }
      for (let started = 0; started < outstanding; started++) send()
    })
}

async function bareRate(size: number, count: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'ipc-bench-'))
  const path = join(directory, 'bare.sock')
  const server = createServer().listen(path)
  const child = fork(self)
  child.send({ bare: path })
  const block = Buffer.alloc(size, 7)
  const rate = await new Promise<number>((resolve) => {
    server.once('connection', (socket) => {
      const startMs = performance.now()
      let [sent, seen] = [0, 0]
      const send = () => {
        if (sent++ < count) socket.write(block)
      }
      socket.on('data', ({ length }) => {
        for (let at = 0; at < length; at++) send()
        seen += length
        if (seen === count) resolve((size * count) / ((performance.now() - startMs) * 1e6))
      })
      for (let at = 0; at < 8; at++) send()
    })
  })
  child.kill()
  server.close()
  await rm(directory, { recursive: true, force: true })
  return rate
}

async function runChild(job: Job): Promise<void> {
  process.on('message', () => process.send?.(cpuUs()))
  if ('bare' in job) return bareChild(job.bare)
  const channel: Channel = await connectUnixSocket(job.address)
  const nothing = new Uint8Array(0)
  channel.open({
    batch: (items) =>
      channel.reply(items.map(({ id, bytes }) => ({ id, code: 'ok', bytes: job.echo ? bytes : nothing }))),
    closed: () => process.exit(),
  })
}

/** Says one byte for each block, and does nothing with the blocks. */
function bareChild(path: string): void {
  const socket = connect({ path })
  let open = 0
  socket.on('data', ({ length }) => {
    open += length
    const size = 600 * 1024
    if (open >= size) socket.write(Buffer.alloc(Math.floor(open / size)))
    open %= size
  })
}

function itemsOf(count: number, size: number): BatchItem[] {
  return Array.from({ length: count }, (_, id) => ({ id, state: 3, bytes: Buffer.alloc(size, 7) }))
}

function best(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startMs = performance.now()
    work()
    return performance.now() - startMs
  })
  return Math.min(...times)
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
