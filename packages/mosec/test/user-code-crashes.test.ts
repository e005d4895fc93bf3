import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { runToEnd } from './run-to-end.ts'
import { post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

/** The server lives and answers, as soon as there is a replica. */
async function stillWorks(program: Program): Promise<void> {
  await expect
    .poll(async () => (await post(program, { name: 'after' })).body, { timeout: 15_000 })
    .toBe('"after"')
}

it.each([
  ['process.exit(0) in forward', ['process.exit(0) was called', 'crashing.mjs'], 'exited with code 0'],
  ['process.exit(7) in forward', ['process.exit(7) was called', 'crashing.mjs'], 'exited with code 7'],
  ['process.exit(7) in a timer', ['process.exit(7) was called', 'crashing.mjs'], 'exited with code 7'],
  ['an unhandled rejection', ['unhandledRejection', 'words of the user'], 'exited with code 1'],
  ['an uncaught exception in a timer', ['uncaughtException', 'words of the user'], 'exited with code 1'],
  ['out of memory', ['JavaScript heap out of memory'], 'was killed by SIG'],
])(
  '%s: its task is tried on another replica, then given up; the log names the cause',
  async (way, cause, how) => {
    await using program = await start('crashing')
    const answer = await post(program, { name: 'guilty', way })
    expect(answer).toMatchObject({ status: 500, body: 'worker crashed' })
    await program.logged(({ msg = '' }) => msg.startsWith(`the replica's process ${how}`))
    for (const words of cause) expect(program.output()).toContain(words)
    const poisoned = program.log.filter(({ msg }) => msg === 'poison')
    expect(new Set(poisoned.map(({ replica }) => replica)).size).toBe(2)
    await stillWorks(program)
  },
)

it.each(['a stack that overflows', 'a buffer that is too large'])(
  '%s is an error like any other: the replica lives',
  async (way) => {
    await using program = await start('crashing')
    const answer = await post(program, { name: 'guilty', way })
    expect(answer).toMatchObject({ status: 500, body: 'inference internal error' })
    await program.logged((line) => JSON.stringify(line).includes('RangeError'))
    await stillWorks(program)
    expect(program.output()).not.toContain('started again')
  },
)

it('process.exit() in setup ends the start, with what it was', async () => {
  await using temp = await tempFolder()
  const flag = join(temp.path, 'exit')
  await writeFile(flag, '')
  const { code, errors } = await runToEnd('crashing', ['--port', '0'], { EXIT_IN_SETUP: flag })
  expect(code).toBe(1)
  expect(errors).toMatch(/the process exited with code 5 before it was ready/)
  expect(errors).toContain('process.exit(5) was called')
})

it('process.exit() in the setup of a replica that starts again is one more death', async () => {
  await using temp = await tempFolder()
  const flag = join(temp.path, 'exit')
  await using program = await start('crashing', { env: { EXIT_IN_SETUP: flag } })
  await writeFile(flag, '')
  expect(await post(program, { name: 'guilty', way: 'kill' })).toMatchObject({ body: 'worker crashed' })
  await program.logged(({ msg = '' }) => msg.includes('exited with code 5, death 3 in a row'))
  await temp[Symbol.asyncDispose]()
  await stillWorks(program)
})
