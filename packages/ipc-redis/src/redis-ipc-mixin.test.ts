import { type Awaitable, BatchWorker } from '@mosec/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RedisIpcOptions } from './options.ts'
import { RedisIpcMixin } from './redis-ipc-mixin.ts'
import { noRedis, type RedisServer, startRedis } from './testing/redis-server.ts'

const large = Float32Array.from({ length: 50_000 }, (_, index) => index / 7)

/** Workers that nobody calls but through their bytes. */
const open: { teardown(): Awaitable<void> }[] = []
function makeWorker(options: RedisIpcOptions) {
  class Bytes extends RedisIpcMixin(BatchWorker, { timeoutMs: 10_000, ...options }) {
    override forward(batch: unknown[]): unknown[] {
      return batch
    }
  }
  const worker = new Bytes()
  open.push(worker)
  return worker
}
afterAll(() => Promise.all(open.map((worker) => worker.teardown())))

/** How often Redis has read from a socket so far. */
const reads = async (redis: RedisServer): Promise<number> =>
  Number(/total_reads_processed:(\d+)/.exec(await redis.ask('INFO stats'))?.[1])

const keysIn = async (redis: RedisServer): Promise<string[]> =>
  (await redis.ask('KEYS *')).split('\r\n').filter((line) => line.startsWith('mosec:'))

if (noRedis !== undefined) console.log(`left out: ${noRedis}`)

describe.skipIf(noRedis !== undefined)('RedisIpcMixin with a real Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it('hands a large value on, and every key has an expiry', async () => {
    const [sender, reader] = [makeWorker(redis), makeWorker(redis)]
    const bytes = await sender.serializeIpc({ data: large, shape: [50_000] })
    expect(bytes.length).toBeLessThan(100)
    expect(await reader.deserializeIpc(bytes)).toEqual({ data: large, shape: [50_000] })
    const keys = await keysIn(redis)
    expect(keys).toHaveLength(1)
    const leftMs = Number((await redis.ask(`PTTL ${keys[0]}`)).slice(1))
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(5000)
  })

  it('can be read again, by another replica after a crash', async () => {
    const bytes = await makeWorker(redis).serializeIpc(large)
    expect(await makeWorker(redis).deserializeIpc(bytes)).toEqual(large)
    expect(await makeWorker(redis).deserializeIpc(bytes)).toEqual(large)
  })

  it('sends small values directly, without a promise', async () => {
    const worker = makeWorker({ url: redis.url, minBytes: 1000 })
    const bytes = worker.serializeIpc('a'.repeat(900))
    expect(bytes).toBeInstanceOf(Uint8Array)
    expect(worker.deserializeIpc(bytes as Uint8Array)).toBe('a'.repeat(900))
    expect(worker.serializeIpc('a'.repeat(1000))).toBeInstanceOf(Promise)
  })

  it('is not fooled by a value whose bytes look like a key', async () => {
    class Text extends BatchWorker {
      override serializeIpc(value: unknown): Uint8Array {
        return Buffer.from(String(value), 'latin1')
      }
      override deserializeIpc(bytes: Uint8Array): unknown {
        return Buffer.from(bytes).toString('latin1')
      }
      override forward(batch: unknown[]): unknown[] {
        return batch
      }
    }
    const worker = new (RedisIpcMixin(Text, redis))()
    open.push(worker)
    const key = Buffer.from(await worker.serializeIpc('a'.repeat(100_000))).toString('latin1')
    expect(await worker.deserializeIpc(await worker.serializeIpc(key))).toBe(key)
    expect(await worker.deserializeIpc(await worker.serializeIpc('plain'))).toBe('plain')
  })

  it('asks for the items of a batch in one go', async () => {
    const worker = makeWorker(redis)
    const text = 'x'.repeat(70_000)
    const batch = await Promise.all(Array.from({ length: 20 }, () => worker.serializeIpc(text)))
    const before = await reads(redis)
    const values = await Promise.all(batch.map((bytes) => worker.deserializeIpc(bytes)))
    expect(values).toEqual(Array(20).fill(text))
    // One of the worker's, one of each question of this test.
    expect((await reads(redis)) - before).toBeLessThan(10)
  })

  it('says what is missing when a value has expired, and goes on', async () => {
    const worker = makeWorker({ url: redis.url, expiresMs: 1, keyPrefix: 'mosec:short:' })
    const bytes = await worker.serializeIpc(large)
    await expect.poll(() => redis.ask('KEYS mosec:short:*')).toBe('*0\r\n')
    await expect(worker.deserializeIpc(bytes)).rejects.toThrow(
      /mosec:short:\S+ is not in Redis .* expiresMs \(1\)/,
    )
    expect(await worker.deserializeIpc(await makeWorker(redis).serializeIpc(large))).toEqual(large)
  })
})

describe.skipIf(noRedis !== undefined)('RedisIpcMixin when Redis', () => {
  it('is away says so, and goes on when it is back', async () => {
    await using redis = await startRedis()
    const worker = makeWorker(redis)
    const bytes = await worker.serializeIpc(large)
    await redis.stop()
    await expect(worker.deserializeIpc(bytes)).rejects.toThrow(/does not give mosec:ipc:/)
    await expect(worker.serializeIpc(large)).rejects.toThrow(
      new RegExp(`Redis at ${redis.url}.* does not store \\d+ bytes: .*ECONNREFUSED.*option url`),
    )
    await using back = await startRedis(redis.port)
    expect(back.url).toBe(redis.url)
    expect(await worker.deserializeIpc(await worker.serializeIpc(large))).toEqual(large)
    await expect(worker.deserializeIpc(bytes)).rejects.toThrow('is not in Redis')
  })

  it.each(['before', 'after'])('hangs is not waited for, %s it connected, and goes on', async (when) => {
    await using redis = await startRedis()
    // The second asks for a database, which Redis must answer before anything else.
    const url = when === 'before' ? `${redis.url}/1` : redis.url
    const worker = makeWorker({ url, timeoutMs: 500 })
    if (when === 'after') await worker.serializeIpc(large)
    redis.freeze()
    await expect(worker.serializeIpc(large)).rejects.toThrow('no answer within 500 ms (timeoutMs)')
    redis.thaw()
    await expect.poll(async () => redis.ask('PING')).toBe('+PONG\r\n')
    const patient = makeWorker(redis)
    expect(await patient.deserializeIpc(await patient.serializeIpc(large))).toEqual(large)
    expect(await worker.deserializeIpc(await worker.serializeIpc(large))).toEqual(large)
  })

  it('does not let a password into an error', async () => {
    const worker = makeWorker({ url: 'redis://me:secret@127.0.0.1:1' })
    const told = await Promise.resolve(worker.serializeIpc(large)).catch(String)
    expect(told).toContain('redis://127.0.0.1:1')
    expect(told).not.toContain('secret')
  })
})

describe('options of RedisIpcMixin', () => {
  it.each([
    [{ url: '127.0.0.1:6379' }, 'option url takes redis://host:port'],
    [{ url: 'http://me:secret@127.0.0.1' }, 'option url takes redis://host:port'],
    [{ url: 'redis://a', minBytes: -1 }, 'option minBytes takes an integer of at least 0, got -1'],
    [{ url: 'redis://a', expiresMs: 0 }, 'option expiresMs takes an integer of at least 1, got 0'],
    [{ url: 'redis://a', timeoutMs: 0.5 }, 'option timeoutMs takes an integer of at least 1, got 0.5'],
  ])('%j is refused when the class is made', (options, text) => {
    expect(() => RedisIpcMixin(BatchWorker, options)).toThrow(text)
  })

  it('opens no connection for nothing, and closing twice is harmless', async () => {
    const worker = makeWorker({ url: 'redis://127.0.0.1:1' })
    expect(worker.deserializeIpc(worker.serializeIpc('small') as Uint8Array)).toBe('small')
    await worker.teardown()
    await worker.teardown()
  })
})
