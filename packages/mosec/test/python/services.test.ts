/** `mosec python`: service files of Mosec's as they are, the kinds that its documentation shows. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { msgpack } from '@mosec/codec-msgpack'
import { type Program, startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { message, openStream } from '../event-stream.ts'
import { childrenOf, isRunning } from '../running-processes.ts'
import { noPython, pythons } from './pythons.ts'

const command = fileURLToPath(new URL('../../bin/mosec.js', import.meta.url))
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
    await using program = await start('echo.py')
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
    await program.logged(({ msg }) => msg?.startsWith('the daemon helper ended') === true)
  })
})

async function daemonOf(program: Program): Promise<number> {
  const line = await program.logged(({ msg }) => msg?.startsWith('the daemon is ') === true)
  return Number(line.msg?.split(' ').at(-1))
}

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))('mosec python, misused', ({ path }) => {
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'python', ...args], {
      cwd: services,
      encoding: 'utf8',
    })
    return { status, text: stdout + stderr }
  }

  it('tells how it is called', () => {
    expect(run()).toMatchObject({ status: 2, text: expect.stringContaining('Usage: mosec python') })
    const help = run('echo.py', '--help')
    expect(help).toMatchObject({ status: 0, text: expect.stringContaining('--max-request-size') })
  })

  it.each([
    [['nowhere.py'], 'nowhere.py: there is no file '],
    [['--port', '0'], 'Usage: mosec python'],
    [['../workers.py'], '../workers.py exited with code 0 before it called server.run()'],
  ])('says what is wrong with the file: %j', (args, text) => {
    const { status, text: told } = run('--python', path, ...args)
    expect(status).not.toBe(0)
    expect(told).toContain(text)
  })

  it('--dry-run runs the examples through all stages, and tells what failed', () => {
    const { status, text } = run('--python', path, 'echo.py', '--dry-run')
    expect(text).toContain('Read_1: ')
    expect(text).toContain("in   dict {'seconds': 0}")
    expect(text).toContain('(24 bytes of application/json)')
    expect(text).toContain('dry run passed: 1 example, 3 stages')
    expect(status).toBe(0)
    const failed = run('--python', path, 'misfits.py', '--dry-run')
    expect(failed.text).toContain("FAILED  TypeError: unsupported operand type(s) for +: 'int' and 'str'")
    expect(failed.text).toContain('dry run FAILED in Add_2')
    expect(failed.status).toBe(1)
  })

  it('a wrong flag is exit 2, as of every server', () => {
    const { status, text } = run('--python', path, 'echo.py', '--port', 'many')
    expect(status).toBe(2)
    expect(text).toMatch(/--port/)
  })
})
