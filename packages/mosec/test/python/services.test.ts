/** `mosec python`: service files of Mosec's as they are, the kinds that its documentation shows. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { msgpack } from '@mosec/codec-msgpack'
import { type Program, startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { message, openStream } from '../event-stream.ts'
import { childrenOf, isRunning } from '../running-processes.ts'
import { noPython, pythons } from './pythons.ts'

const services = fileURLToPath(new URL('fixtures/services', import.meta.url))

/** `startProgram` puts its flags first. */
const launcher = fileURLToPath(new URL('fixtures/mosec-python.mjs', import.meta.url))

describe.skipIf(noPython !== undefined).each(pythons)('mosec python, Mosec $name', ({ path }) => {
  const start = (service: string, flags: readonly string[] = []): Promise<Program> =>
    startProgram({ file: launcher, cwd: services, env: { TEST_CALL: `--python ${path} ${service}` }, flags })

  const post = async (program: Program, route: string, body: string | Uint8Array): Promise<Response> =>
    fetch(`${program.url}${route}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : Buffer.from(body),
    })

  it('echo: stages, batches, validation, Mosec’s bytes and types', async () => {
    await using program = await start('echo.py', ['--wait', '5'])
    const answer = await post(program, '/inference', '{"seconds": 0.5}')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.text()).toBe('{\n  "msg": "slept 0.5 s"\n}')
    const refused = await post(program, '/inference', '{"second": 1}')
    expect([refused.status, await refused.text()]).toEqual([
      422,
      "request validation error: there is no key 'seconds'",
    ])
    const broken = await post(program, '/inference', '{')
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringMatching(/^decoding error/)])
    expect((await post(program, '/other', '{}')).status).toBe(404)
    expect(await (await fetch(program.url)).text()).toBe('MOSEC service')
    expect(await (await fetch(`${program.url}/metrics`)).text()).toContain('stage="Sleep_2"')
    await program.logged(({ msg, stage }) => stage === 'Sleep_2' && msg === 'a batch of 1')
    expect(program.output()).not.toContain('left to echo.py')
  })

  it('multi-route and typed validation: two routes share a stage', async () => {
    await using program = await start('routes.py')
    const raw = await post(program, '/measure', 'four')
    expect(await raw.json()).toEqual({ length: 4 })
    const pack = msgpack()
    const typed = await post(program, '/v1/measure', pack.encode({ blob: Buffer.from('abc') }))
    expect(typed.headers.get('content-type')).toBe('application/msgpack')
    expect(pack.decode(new Uint8Array(await typed.arrayBuffer()))).toEqual({ length: 3 })
    const wrong = await post(program, '/v1/measure', pack.encode({ blob: 'text' }))
    expect([wrong.status, await wrong.text()]).toEqual([
      422,
      'request validation error: Expected `bytes`, got `str` - at `$.blob`',
    ])
  })

  it('typed validation feeds the OpenAPI document', async () => {
    await using program = await start('routes.py')
    const response = await fetch(`${program.url}/openapi/metadata.json`)
    expect(await response.json()).toMatchObject({
      paths: {
        '/v1/measure': { post: { requestBody: { content: { 'application/msgpack': expect.anything() } } } },
      },
      components: { schemas: { 'Typed_2.input.Request': { properties: { blob: expect.anything() } } } },
    })
  })

  it('server-sent events', async () => {
    await using program = await start('events.py')
    const stream = await openStream(program, { text: 'abc' }, { path: '/inference' })
    expect(await stream.rest()).toEqual(['a', 'b', 'c'].map(message))
    const refused = await post(program, '/inference', '{}')
    expect([refused.status, await refused.text()]).toEqual([
      422,
      'request validation error: text is required',
    ])
  })

  it('custom env, flags of its own, a daemon, and what stands behind server.run()', async () => {
    const program = await start('environment.py', ['--greeting', 'good day'])
    await program.logged(
      ({ level, msg }) =>
        level === 'info' &&
        msg?.startsWith('left to environment.py, since the server has no such flag: --greeting;') === true,
    )
    const seen = new Set<string>()
    const ask = async (): Promise<number> => seen.add(await (await post(program, '/say', '{}')).text()).size
    await expect.poll(ask, { timeout: 10_000 }).toBe(2)
    const answers = [...seen].map((text) => JSON.parse(text)).sort((a, b) => a.id - b.id)
    expect(answers).toEqual([
      { device: 'a', shared: 'by all', greeting: 'good day', id: 1 },
      { device: 'b', shared: 'by all', greeting: 'good day', id: 2 },
    ])
    const daemon = await daemonOf(program)
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.output()).toContain('cleared up')
    expect(isRunning(daemon)).toBe(false)
  })

  it('--ingress: HTTP in other processes, and the file is run once', async () => {
    await using program = await start('environment.py', ['--ingress', '2'])
    // Each connection goes to the next ingress.
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(program, '/tell', '{}')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await post(program, '/tell', '{')).status).toBe(400)
    expect(await (await fetch(`${program.url}/metrics`)).text()).toContain('stage="Tell_1"')
    expect(program.log.filter(({ msg }) => msg?.startsWith('the daemon is '))).toHaveLength(1)
  })

  it('a signal at any moment lets the file go on behind server.run()', async () => {
    const program = await start('restless.py')
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.output()).toContain('cleared up')
  })

  it('kill -9 of the server ends the file and what it has started', async () => {
    const program = await start('environment.py')
    const daemon = await daemonOf(program)
    const replicas = childrenOf(program.pid)
    process.kill(program.pid, 'SIGKILL')
    await expect.poll(() => [daemon, ...replicas].filter(isRunning), { timeout: 10_000 }).toEqual([])
  })

  it('a daemon that ends stops the server with its code', async () => {
    const program = await start('environment.py')
    process.kill(await daemonOf(program), 'SIGKILL')
    const { code } = await program.ended
    expect(code).not.toBe(0)
    await program.logged(({ msg }) => msg?.startsWith('the daemon helper was killed by SIGKILL') === true)
  })

  it('a daemon that ends stops the server, though one of multiprocessing lives: the file ends it', async () => {
    const program = await start('daemons.py')
    const other = Number(await told(program, 'the other daemon is '))
    process.kill(await daemonOf(program), 'SIGKILL')
    const { code } = await program.ended
    expect(code).not.toBe(0)
    await program.logged(({ msg }) => msg === 'the daemon one was killed by SIGKILL: the server stops')
    expect(program.output()).toContain('all has ended in order')
    expect(isRunning(other)).toBe(false)
  })

  it('a stop ends daemons of multiprocessing, and kills nobody', async () => {
    const program = await start('daemons.py')
    const daemons = [await daemonOf(program), Number(await told(program, 'the other daemon is '))]
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.output()).toContain('all has ended in order')
    await expect.poll(() => daemons.filter(isRunning), { timeout: 10_000 }).toEqual([])
  })

  it('kill -9 of the server leaves no semaphore of multiprocessing behind', async () => {
    const program = await start('daemons.py')
    const path = `/dev/shm/sem.${(await told(program, 'the semaphore is ')).replace('/', '')}`
    expect(existsSync(path)).toBe(true)
    process.kill(program.pid, 'SIGKILL')
    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(false)
  })
})

const daemonOf = async (program: Program): Promise<number> => Number(await told(program, 'the daemon is '))

/** What the file printed behind these words. */
async function told(program: Program, words: string): Promise<string> {
  const { msg } = await program.logged(({ msg }) => msg?.startsWith(words) === true)
  return msg?.slice(words.length) ?? ''
}
