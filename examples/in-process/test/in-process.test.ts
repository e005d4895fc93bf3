import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Rejects when the script does not end with 0. */
const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [main, ...args])

it('prints what it found, and which text the pipeline refused and why', async () => {
  const { stdout, stderr } = await run()
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    '"123" is left out: request validation error: the text has no letter (validation_error)',
    'most alike: listen to the enlist / silent hotel tents (0.989)',
    '',
  ])
})

it('finds the anagram among what it is given', async () => {
  const { stdout } = await run('a kitchen', 'dirty room', 'dormitory')
  expect(stdout).toBe('most alike: dirty room / dormitory (1.000)\n')
})

it('ends when nothing is left to compare', async () => {
  const { stdout } = await run('1', '2')
  expect(stdout.match(/is left out/g)).toHaveLength(2)
})
