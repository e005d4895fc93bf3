import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { noRedis, type RedisServer, startRedis } from '@mosec/ipc-redis/testing'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const large = 300_000

async function ask(server: Program, route: string, size: unknown): Promise<{ status: number; body: string }> {
  const response = await fetch(`${server.url}${route}`, { method: 'POST', body: JSON.stringify({ size }) })
  return { status: response.status, body: await response.text() }
}
const answer = (size: number) => ({ status: 200, body: JSON.stringify({ length: size, first: 0.5 }) })

describe('without Redis', () => {
  let server: Program
  beforeAll(async () => {
    server = await startProgram({ file: path('server'), env: { REDIS_URL: 'redis://127.0.0.1:1' } })
  })
  afterAll(async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  it.each(['/socket', '/thread'])('PlasmaShmIPCMixin: a large tensor between stages by %s', async (route) => {
    expect(await ask(server, route, large)).toEqual(answer(large))
    for (const size of ['many', 0, 1e9, undefined]) expect((await ask(server, route, size)).status).toBe(422)
    expect(await ask(server, route, 1)).toEqual(answer(1))
  })

  it('what is small does not need Redis; what is large is refused, and the log says why', async () => {
    expect(await ask(server, '/redis', 10)).toEqual(answer(10))
    expect(await ask(server, '/redis', large)).toEqual({ status: 500, body: 'inference internal error' })
    await expect
      .poll(() => server.output())
      .toMatch(/Redis at redis:\/\/127.0.0.1:1 does not store \d+ bytes/)
    expect(await ask(server, '/redis', 10)).toEqual(answer(10))
  })
})

if (noRedis !== undefined) console.log(`left out: ${noRedis}`)

describe.skipIf(noRedis !== undefined)('RedisShmIPCMixin: two stages with a real Redis', () => {
  let redis: RedisServer
  let server: Program
  beforeAll(async () => {
    redis = await startRedis()
    // The first answers of a process are its slowest, and on a busy machine what is expected after them is late.
    const env = { REDIS_URL: redis.url, MOSEC_TIMEOUT: '30000' }
    server = await startProgram({ file: path('server'), env })
  })
  afterAll(async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await redis.stop()
  })

  it('a large tensor goes through Redis, and every key has an expiry', async () => {
    expect(await ask(server, '/redis', large)).toEqual(answer(large))
    const keys = Number(/^\*(\d+)/.exec(await redis.ask('KEYS *'))?.[1])
    const [, total, expiring] = /keys=(\d+),expires=(\d+)/.exec(await redis.ask('INFO keyspace')) ?? []
    expect([keys, total, expiring]).toEqual([1, '1', '1'])
  })

  it('many at once', async () => {
    const sizes = Array.from({ length: 24 }, (_, index) => large + index)
    const answers = await Promise.all(sizes.map((size) => ask(server, '/redis', size)))
    expect(answers).toEqual(sizes.map(answer))
  })

  it('has a client that compares the ways', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url, '3'])
    expect(stdout.match(/^\d+ KiB by \/(socket|thread|redis): [\d.]+ ms$/gm)).toHaveLength(9)
  })

  it('Redis killed in between: a clear error, the service lives, and works again when Redis is back', async () => {
    await redis.stop()
    expect(await ask(server, '/redis', large)).toEqual({ status: 500, body: 'inference internal error' })
    await expect
      .poll(() => server.output())
      .toMatch(/Redis at .* does not store .*option url of RedisIpcMixin/)
    expect(await ask(server, '/socket', large)).toEqual(answer(large))
    redis = await startRedis(redis.port)
    expect(await ask(server, '/redis', large)).toEqual(answer(large))
  })
})
