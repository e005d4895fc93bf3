/** Python's own tests of parts that need no server. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { noPython, pythons } from './pythons.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const PYTHONPATH = fileURLToPath(new URL('../../../python/python', import.meta.url))

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))('tests in Python', ({ path }) => {
  it.each([
    ['cancels of streams hold until their task is answered, and no longer', 'stream_credit_test.py', 5],
    ['the rings beside the socket', 'rings_test.py', 5],
    ['the command that mends what is missing', 'load_test.py', 2],
  ])('%s', (_, file, count) => {
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' }
    const { status, stderr } = spawnSync(path, [file], { cwd: fixtures, env, encoding: 'utf8' })
    expect(stderr).toContain(`Ran ${count} tests`)
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/OK\n$/) })
  })
})
