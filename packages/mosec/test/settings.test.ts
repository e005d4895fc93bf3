import { readdir } from 'node:fs/promises'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from './free-port.ts'
import { openHold } from './held-request.ts'
import { runToEnd } from './run-to-end.ts'
import { type Answer, get, post, start } from './square-client.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

/** Values that differ from the defaults; --ready-min, --drain-delay and --dry-run have tests of their own. */
const settings = (port: number, folder: string): Record<string, string> => ({
  address: '127.0.0.1',
  port: String(port),
  capacity: '1',
  timeout: '1000',
  path: folder,
  namespace: 'my_models',
  'log-level': 'debug',
  'max-request-size': '200',
})

const asFlags = (values: Record<string, string>): string[] =>
  Object.entries(values).flatMap(([flag, value]) => [`--${flag}`, value])

const asVariables = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([flag, value]) => [
      `MOSEC_${flag.toUpperCase().replaceAll('-', '_')}`,
      value,
    ]),
  )

describe.each(['flags', 'environment variables'])('all settings as %s', (way) => {
  let folder: TempFolder
  let port: number
  let program: Program
  beforeAll(async () => {
    folder = await tempFolder()
    port = await freePort()
    const values = settings(port, folder.path)
    const given = way === 'flags' ? { flags: asFlags(values) } : { env: asVariables(values) }
    program = await start('square', { listen: [], ...given })
  })
  afterAll(async () => {
    await program.stop()
    await folder[Symbol.asyncDispose]()
  })

  it('--address and --port: where it listens', () => {
    expect(program.url).toBe(`http://127.0.0.1:${port}`)
    expect(program.log.find(({ url }) => url !== undefined)).toMatchObject({ host: '127.0.0.1', port })
  })

  it('--path: the folder of the sockets', async () => {
    expect(await readdir(folder.path)).toHaveLength(1)
  })

  it('--namespace: the names of the metrics', async () => {
    await post(program, { x: 1 })
    const { body } = await get(program, '/metrics')
    expect(body).toContain('my_models_throughput_total{code="200",endpoint="/inference"} ')
    expect(body).not.toContain('mosec_service_')
  })

  it('--log-level: what is logged', async () => {
    await post(program, { x: 13 })
    const line = await program.logged((entry) => JSON.stringify(entry).includes('a secret of the model'))
    expect(JSON.stringify(line)).toContain('square.mjs')
  })

  it('--max-request-size: 413 `request body is too large`', async () => {
    expect(await post(program, { x: 'x'.repeat(200) })).toMatchObject({
      status: 413,
      body: 'request body is too large',
    })
    expect((await post(program, { x: 2 })).status).toBe(200)
  })

  it('--timeout: 408 `inference timeout` of the service', async () => {
    await using hold = await openHold()
    expect(await post(program, { x: 2, hold: hold.url })).toMatchObject({
      status: 408,
      body: 'inference timeout',
    })
    const release = await hold.next()
    release()
    expect((await post(program, { x: 2 })).status).toBe(200)
  })

  it('--capacity: 429 `too many request: task queue is full`, with Retry-After', async () => {
    await using hold = await openHold()
    const held = post(program, { x: 2, hold: hold.url })
    const release = await hold.next()
    const others = Array.from({ length: 6 }, () => post(program, { x: 3 }))
    const refused = await first429(others)
    expect(refused.body).toBe('too many request: task queue is full')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    release()
    expect((await held).status).toBe(200)
    expect((await Promise.all(others)).map(({ status }) => status)).toContain(200)
    expect((await post(program, { x: 2 })).status).toBe(200)
  })
})

it('flag > environment > default, and what is not ours is left to the program', async () => {
  const flags = ['--model', 'tiny', '--namespace', 'by_flag', 'words', '--', '--port', 'x']
  const env = { MOSEC_NAMESPACE: 'by_environment', MOSEC_LOG_LEVEL: 'info' }
  await using program = await start('square', { flags, env })
  const argv = JSON.parse((await get(program, '/argv')).body)
  expect(argv).toEqual(['--port', '0', '--address', '127.0.0.1', ...flags])
  expect((await get(program, '/metrics')).body).toContain('by_flag_remaining_task')
  // A replica sees the same words.
  expect((await post(program, { x: 2 })).status).toBe(200)
})

it.each([
  [['--port', '99999'], {}, '--port must be an integer from 0 to 65535, got "99999"'],
  [
    [],
    { MOSEC_TIMEOUT: '3s' },
    'MOSEC_TIMEOUT (--timeout) must be an integer from 1 to 2147483647, got "3s"',
  ],
  [['--log-level', 'loud'], {}, '--log-level must be debug, info, warning or error, got "loud"'],
  [['--ready-min', '0'], {}, '--ready-min must be all or an integer from 1 to 2147483647, got "0"'],
  [['--dry-run=yes'], {}, '--dry-run takes no value, got "yes": write --dry-run or --no-dry-run'],
  [['--port'], {}, '--port needs a value: it must be an integer from 0 to 65535, got nothing'],
])(
  'a bad value: exit 2 and one line that names flag, value and what is allowed: %j',
  async (flags, env, line) => {
    expect(await runToEnd('square', flags, env as Record<string, string>)).toEqual({
      code: 2,
      output: '',
      errors: `mosec: ${line}\n`,
    })
  },
)

/** The first answer that is a refusal; the others may come much later. */
function first429(answers: readonly Promise<Answer>[]): Promise<Answer> {
  return Promise.any(
    answers.map(async (coming) => {
      const answer = await coming
      if (answer.status !== 429) throw new Error(`status ${answer.status}`)
      return answer
    }),
  )
}
