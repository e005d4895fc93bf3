import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { msgpack } from '@mosec/codec-msgpack'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'mosec-parity-rows-'))
const grave = join(folder, 'grave')

let program: Program
beforeAll(async () => {
  program = await start('parity-rows', { env: { GRAVE: grave } })
})
afterAll(async () => {
  expect(await program.stop()).toEqual({ code: 0, signal: null })
  rmSync(folder, { recursive: true, force: true })
})

/** A value of the metrics page; 0 when it is not there yet. */
async function metric(sample: string): Promise<number> {
  const { body } = await get(program, '/metrics')
  const line = body.split('\n').find((text) => text.startsWith(`${sample} `))
  return Number(line?.slice(sample.length) ?? 0)
}

const inService = (): Promise<number> => metric('mosec_service_remaining_task')
const dropped = (what: string, route: string, more = ''): Promise<number> =>
  metric(`mosec_service_${what}_task_total{endpoint="${route}",where="queued"${more}}`)

/** The batches that a route's recorder has computed so far, this question's own at the end. */
const recorded = async (route: string, name: string): Promise<string[][]> =>
  JSON.parse((await post(program, { name }, route)).body)

it('client gone: a queued task leaves the queue, over HTTP', async () => {
  await using hold = await openHold()
  const first = post(program, { name: 'first', hold: hold.url }, '/gone')
  const release = await hold.next()
  const leaving = new AbortController()
  const { signal } = leaving
  const body = JSON.stringify({ name: 'gone' })
  const gone = expect(fetch(`${program.url}/gone`, { method: 'POST', body, signal })).rejects.toThrow('bye')
  await expect.poll(inService).toBe(2)
  leaving.abort(new Error('bye'))
  await gone
  await expect.poll(() => dropped('cancelled', '/gone', ',stage="gone"')).toBe(1)
  expect(await inService()).toBe(1)

  release()
  expect((await first).status).toBe(200)
  expect(await recorded('/gone', 'after')).toEqual([['first'], ['after']])
})

it('expired and cancelled tasks never take a batch slot and are never computed', async () => {
  await using hold = await openHold()
  const first = post(program, { name: 'first', hold: hold.url }, '/late')
  const release = await hold.next()
  const late = await fetch(`${program.url}/late`, {
    method: 'POST',
    headers: { 'x-request-timeout-ms': '20' },
    body: JSON.stringify({ name: 'late' }),
  })
  expect([late.status, await late.text()]).toEqual([408, 'inference timeout'])
  expect(await dropped('expired', '/late')).toBe(1)
  const waiting = Array.from({ length: 8 }, (_, n) => recorded('/late', `full ${n}`))
  await expect.poll(inService).toBe(9)

  release()
  expect((await first).status).toBe(200)
  await Promise.all(waiting)
  // All eight fit into one batch: the late one took no slot of it.
  const batches = await recorded('/late', 'after')
  const full = Array.from({ length: 8 }, (_, n) => `full ${n}`)
  expect(batches.map((batch) => batch.toSorted())).toEqual([['first'], full, ['after']])
})

it('/health/ready is 503 and names the stage that has no replica', async () => {
  const { body: pid } = await post(program, {}, '/mortal')
  writeFileSync(grave, '')
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(async () => (await get(program, '/health/ready')).status).toBe(503)
  const answer = await get(program, '/health/ready')
  expect(JSON.parse(answer.body)).toMatchObject({ notReady: [{ stage: 'mortal', ready: 0 }] })
  expect((await get(program, '/readyz')).status).toBe(503)
  expect((await get(program, '/health/live')).status).toBe(200)
  expect((await post(program, { name: 'other' }, '/gone')).status).toBe(200)

  rmSync(grave)
  await expect.poll(async () => (await get(program, '/health/ready')).status, { timeout: 20_000 }).toBe(200)
  expect((await post(program, {}, '/mortal')).status).toBe(200)
})

it('typed arrays between stages', async () => {
  const { body } = await post(program, [1, 2, 3], '/arrays')
  expect(JSON.parse(body)).toEqual([
    'Float32Array[1,2,3]',
    'Uint8Array[1,2,3]',
    'BigInt64Array[1,2,3]',
    'float32 1,3 Float32Array[1,2,3]',
  ])
})

describe('msgpack', () => {
  const codec = msgpack()
  const ask = async (path: string, value: unknown): Promise<{ status: number; got: unknown }> => {
    const body = new Uint8Array(codec.encode(value))
    const headers = { 'content-type': 'application/msgpack' }
    const response = await fetch(`${program.url}${path}`, { method: 'POST', headers, body })
    if (!response.ok) return { status: response.status, got: await response.text() }
    return { status: 200, got: codec.decode(new Uint8Array(await response.arrayBuffer())) }
  }

  it('TypedMsgPack: a schema on the msgpack codec', async () => {
    const good = { media: 'image', binary: Uint8Array.of(1, 2, 3) }
    const answer = { status: 200, got: { media: 'image', length: 3, kind: 'Uint8Array' } }
    expect(await ask('/typed', good)).toEqual(answer)
    expect(await ask('/typed', { media: 7 })).toEqual({
      status: 422,
      got: 'request validation error: input.media: expected a string',
    })
    expect(await ask('/typed', good)).toEqual(answer)
  })

  it.each([
    ['float32', Float32Array.of(1.5, -2, 0)],
    ['float64', Float64Array.of(1e300, Math.PI, -0.5)],
    ['int32', Int32Array.of(-1, 0, 2 ** 31 - 2)],
    ['uint8', Uint8Array.of(0, 1, 254)],
  ])('tensors survive in msgpack, both ways: %s', async (dtype, data) => {
    const plusOne = data.map((x) => x + 1)
    const tensor = { dtype, shape: [1, 3], data }
    expect(await ask('/tensor', tensor)).toEqual({ status: 200, got: { ...tensor, data: plusOne } })
    expect(await ask('/tensor', data)).toEqual({ status: 200, got: plusOne })
  })

  it('a tensor whose data does not fit its shape is 400', async () => {
    // As a map, since our own encoder refuses such a tensor.
    const misfit = Object.entries({ dtype: 'float32', shape: [2, 2], data: new Uint8Array(4) })
    const answer = await ask('/tensor', new Map<string, unknown>(misfit))
    expect(answer).toEqual({
      status: 400,
      got: "decoding error: a tensor's shape needs 4 elements, its data has 1",
    })
  })
})
