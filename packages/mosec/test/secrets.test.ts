import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { get, start } from './square-client.ts'

const CANARY = 'canary-5d1f0c'
const TOKEN = 'token-77aa31'

const ways = [
  'throws',
  'returns an error',
  'refuses',
  'decoding error',
  'throws no error',
  'cannot be encoded',
  'invalid',
  'is late',
  'dies',
  'rejects later',
]

/** Sends the canary in the body and secrets in the head, and gives all that comes back. */
async function send(program: Program, path: string, init: RequestInit): Promise<string> {
  const { headers: more, ...rest } = init
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    cookie: `session=${TOKEN}`,
    'x-api-key': TOKEN,
    ...(more as Record<string, string> | undefined),
  }
  const response = await fetch(`${program.url}${path}?key=${TOKEN}`, { method: 'POST', headers, ...rest })
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
}

it.each(['info', 'debug'])(
  'at log level %s no body and no secret is logged, and no words of the worker reach a client',
  async (level) => {
    await using program = await start('canary', {
      flags: ['--log-level', level, '--max-request-size', '2000'],
    })
    const answers: string[] = []
    const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<void> => {
      const json = { 'content-type': 'application/json', ...headers }
      answers.push(await send(program, path, { body, headers: json }))
    }
    for (const way of ways) {
      // One of them may have taken the replicas away.
      await expect
        .poll(async () => (await get(program, '/health/ready')).status, { timeout: 10_000 })
        .toBe(200)
      await post('/fail', JSON.stringify({ way, text: CANARY }))
    }
    await post('/fail', `{"way": ${CANARY}}`)
    await post('/fail', CANARY)
    await post('/fail', JSON.stringify({ text: CANARY.repeat(1000) }))
    await post('/fail', JSON.stringify({ text: CANARY }), { 'content-type': `text/${CANARY}` })
    await post('/fail', JSON.stringify({ text: CANARY }), { accept: `text/${CANARY}` })
    await post('/fail', JSON.stringify({ text: CANARY }), { 'content-encoding': CANARY })
    await post('/fail', JSON.stringify({ text: CANARY }), { 'x-request-timeout-ms': CANARY })
    await post('/raw', CANARY)
    await post('/stream', JSON.stringify(CANARY))
    await post(`/${CANARY}`, CANARY)
    answers.push(await send(program, '/throws', { method: 'GET' }))

    // The log has what the operator needs.
    const logged = (words: string): Promise<unknown> =>
      program.logged((line) => JSON.stringify(line).includes(words))
    await logged('a secret of the worker')
    await logged('process.exit(3)')
    await logged('unhandledRejection')
    for (const path of ['/metrics', '/health/ready', '/']) answers.push((await get(program, path)).body)

    expect(program.output()).not.toContain(CANARY)
    expect(program.output()).not.toContain(TOKEN)
    for (const answer of answers) {
      expect(answer).not.toMatch(
        /secret of the worker|the cause of it|canary\.mjs|\.ts:\d|\.js:\d|node:internal/,
      )
      expect(answer).not.toContain(TOKEN)
    }
    expect(answers.filter((answer) => answer.startsWith('200 ')).length).toBeLessThan(3)
    expect(await send(program, '/fail', { body: '{"way": "well"}' })).toMatch(/^200 .*"fine"$/)
  },
)
