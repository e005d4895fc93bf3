/** The example as a user runs it: the server's program, and the client's beside it. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProgram } from 'mosec/testing'
import { expect, it } from 'vitest'

const file = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
const nodeFlags = ['--import', 'tsx']

it('answers its client as the README shows', async () => {
  await using program = await startProgram({ file: file('server'), nodeFlags })
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeFlags, file('client'), program.url])
  expect(stdout.trim().split('\n')).toEqual([
    '200 text/csv "0.5,0.5\\n1,1\\n"',
    '200 application/json "[[0.5,0.5],[1,1]]"',
    '400 text/plain; charset=utf-8 "decoding error: line 2, cell 2: \\"ten\\" is no number"',
  ])
  expect(await program.stop()).toEqual({ code: 0, signal: null })
})
