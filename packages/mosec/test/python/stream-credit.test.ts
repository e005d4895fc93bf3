/** Python's own tests of what it does with cancels and credit. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { noPython, pythons } from './pythons.ts'

const tests = fileURLToPath(new URL('fixtures/stream_credit_test.py', import.meta.url))
const PYTHONPATH = fileURLToPath(new URL('../../../python/python', import.meta.url))

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))('cancels in Python', ({ path }) => {
  it('hold from when they come until their task is answered, and no longer', () => {
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' }
    const { status, stderr } = spawnSync(path, [tests], { env, encoding: 'utf8' })
    expect(stderr).toMatch(/Ran 5 tests in .*\n\nOK/)
    expect(status).toBe(0)
  })
})
