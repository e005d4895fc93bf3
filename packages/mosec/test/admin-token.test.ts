import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { admin, change, STAGE, startScaled, TOKEN } from './admin-client.ts'
import { runToEnd } from './run-to-end.ts'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

it('without --admin there is no such path, whatever the token', async () => {
  await using program = await start('scaled')
  for (const init of [{}, { method: 'PATCH', body: '{"drained": true}' }]) {
    const response = await admin(program, `/stages/${STAGE}`, init)
    expect([response.status, await response.text()]).toEqual([404, 'not found'])
  }
  expect((await post(program, {})).status).toBe(200)
})

it("the user's middleware neither guards nor opens it", async () => {
  await using program = await startScaled({ GUARDED: 'yes' })
  expect((await post(program, {})).status).toBe(403)
  expect((await get(program, '/admin/stages')).status).toBe(401)
  expect((await admin(program, '/stages')).status).toBe(200)
  expect(await change(program, { drained: true })).toMatchObject({ drained: true })
})

describe('the token', () => {
  it.each([
    ['the variable', [], { MOSEC_ADMIN: TOKEN }],
    ['the flag', ['--admin', TOKEN], {}],
    ['the flag with =', [`--admin=${TOKEN}`], {}],
  ])('by %s is not handed on to what the server starts', async (_, flags, env: Record<string, string>) => {
    await using program = await start('scaled', { flags, env })
    expect((await admin(program, '/stages')).status).toBe(200)
    const children = childrenOf(program.pid)
    expect(children).toHaveLength(1)
    for (const pid of children) {
      for (const file of ['environ', 'cmdline']) {
        expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain(TOKEN)
      }
    }
    const warnings = program.log.filter(({ msg }) => msg?.startsWith('--admin: all on this machine') === true)
    expect(warnings).toHaveLength(flags.length === 0 ? 0 : 1)
    expect(program.output()).not.toContain(TOKEN)
  })

  it('may be in a file', async () => {
    await using temp = await tempFolder()
    const file = join(temp.path, 'token')
    await writeFile(file, `${TOKEN}\n`)
    await using program = await start('scaled', { flags: ['--admin', `@${file}`] })
    expect((await admin(program, '/stages')).status).toBe(200)
    expect(program.output()).not.toContain('all on this machine')
  })

  it.each([
    [
      'a short token',
      ['--admin', 'short-token'],
      'must be 16 to 512 printable ASCII characters without spaces',
      'short-token',
    ],
    [
      'a token with spaces',
      ['--admin', 'correct horse battery staple'],
      'got a text of 28 characters',
      'horse',
    ],
    [
      'a file that is not there',
      ['--admin', '@/nowhere/token'],
      'the file of --admin cannot be read: ENOENT',
      TOKEN,
    ],
    [
      'an empty file',
      ['--admin', '@/dev/null'],
      'the file of --admin, /dev/null, must hold 16 to 512',
      TOKEN,
    ],
  ])('%s ends the start with 2 and one line that does not show it', async (_, flags, text, secret) => {
    const { code, errors } = await runToEnd('scaled', ['--port', '0', ...flags])
    expect([code, errors]).toEqual([2, expect.stringContaining(text)])
    expect(errors).not.toContain(secret)
    expect(errors.trim().split('\n')).toHaveLength(1)
  })
})
