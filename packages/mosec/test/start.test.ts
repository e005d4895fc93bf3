import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { freePort, isOpen } from './free-port.ts'
import { openHold } from './held-request.ts'
import { runToEnd } from './run-to-end.ts'
import { get, post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

describe('warm-up', () => {
  it('with examples: the port opens only when each of them ran', async () => {
    await using hold = await openHold()
    const port = await freePort()
    const listen = ['--address', '127.0.0.1', '--port', String(port)]
    const starting = start('starting', { listen, env: { HOLD_EXAMPLE: hold.url } })
    const first = await hold.next()
    expect(await isOpen(port)).toBe(false)
    first()
    const second = await hold.next()
    expect(await isOpen(port)).toBe(false)
    second()
    await using program = await starting
    expect(program.url).toBe(`http://127.0.0.1:${port}`)
    expect(await isOpen(port)).toBe(true)
  })

  it('with examples: one that throws stops the start with the error shown', async () => {
    const { code, errors } = await runToEnd('starting', ['--port', '0'], { BAD_LENGTH: '2' })
    expect(errors).toMatch(/Slow_1.*warm-up.*no room for a batch of 2/s)
    expect(errors).not.toContain('ready on')
    expect(code).toBe(1)
  })
})

describe.each([
  ['--ready-min 1', ['--ready-min', '1'], {}],
  ['MOSEC_READY_MIN=1', [], { MOSEC_READY_MIN: '1' }],
])('%s', (_, flags, env) => {
  it('ready-min: the port opens when so many replicas are ready, and the others join when they are', async () => {
    await using hold = await openHold()
    await using program = await start('starting', {
      flags,
      env: { ...env, REPLICAS: '2', HOLD_SECOND: hold.url },
    })
    const release = await hold.next()
    expect((await get(program, '/health/ready')).status).toBe(200)
    expect(JSON.parse((await post(program, 0)).body)).toEqual({ replica: 1, device: '4' })
    expect(await readyReplicas(program.url)).toBe('1')
    release()
    await expect.poll(() => readyReplicas(program.url)).toBe('2')
  })
})

it('ready-min: a replica beyond it that cannot start is told in the log and started again, while the others serve', async () => {
  await using hold = await openHold()
  await using temp = await tempFolder()
  await using program = await start('starting', {
    flags: ['--ready-min', '1'],
    env: { REPLICAS: '2', HOLD_SECOND: hold.url, BROKEN_SECOND: join(temp.path, 'was-here') },
  })
  const fail = await hold.next()
  fail()
  const line = await program.logged(
    ({ msg }) => msg === 'stage Slow_1 goes on without replica 2; started again in 100 ms',
  )
  expect(JSON.stringify(line)).toContain('no memory left on the device')
  expect((await post(program, 0)).status).toBe(200)
  const succeed = await hold.next()
  succeed()
  await expect.poll(() => readyReplicas(program.url)).toBe('2')
})

it('ready-min: without it the port waits for every replica', async () => {
  await using hold = await openHold()
  const port = await freePort()
  const listen = ['--address', '127.0.0.1', '--port', String(port)]
  const starting = start('starting', { listen, env: { REPLICAS: '2', HOLD_SECOND: hold.url } })
  const release = await hold.next()
  expect(await isOpen(port)).toBe(false)
  release()
  await using program = await starting
  expect(await readyReplicas(program.url)).toBe('2')
})

describe('env: [{...}, {...}], one per replica', () => {
  it('is set before the child starts: CUDA_VISIBLE_DEVICES is seen in the worker', async () => {
    await using program = await start('starting', { env: { REPLICAS: '2' } })
    await expect.poll(seenBy(program)).toEqual(['{"replica":1,"device":"4"}', '{"replica":2,"device":"5"}'])
  })

  it('length must be at least that of the replicas', async () => {
    const { code, errors } = await runToEnd('starting', ['--port', '0'], { REPLICAS: '2', ENTRIES: '1' })
    expect(errors).toContain('stage option env takes one entry per replica: 2 expected, got 1')
    expect(code).not.toBe(0)
  })
})

describe('devices: [...]', () => {
  it('go round the replicas, and TensorFlow is told to leave memory to the others', async () => {
    await using program = await start('starting', { env: { REPLICAS: '3', DEVICES: '[0, "GPU-5"]' } })
    await expect
      .poll(seenBy(program))
      .toEqual([
        '{"replica":1,"device":"0","growth":"true"}',
        '{"replica":2,"device":"GPU-5","growth":"true"}',
        '{"replica":3,"device":"0","growth":"true"}',
      ])
  })

  it.each([['[]'], ['[-1]'], ['["a b"]'], ['0']])('refuses %s', async (devices) => {
    const { code, errors } = await runToEnd('starting', ['--port', '0'], { DEVICES: devices })
    expect(errors).toContain('stage option devices takes a list of GPUs')
    expect(code).toBe(2)
  })
})

/** All answers that were seen so far. */
function seenBy(program: Program): () => Promise<string[]> {
  const seen = new Set<string>()
  return async () => {
    for (const { body } of await Promise.all(Array.from({ length: 8 }, () => post(program, 0))))
      seen.add(body)
    return [...seen].sort()
  }
}

async function readyReplicas(url: string): Promise<string | undefined> {
  const page = await (await fetch(`${url}/metrics`)).text()
  return /^mosec_service_replica\{.*state="ready".*\} (\d+)$/m.exec(page)?.[1]
}
