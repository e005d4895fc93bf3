import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProgram } from 'mosec/testing'
import { expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

it('answers its client as the README says', async () => {
  await using server = await startProgram({ file: path('server') })
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout.split('\n')).toEqual([
    '200 {"width":3,"height":2,"unit":"mm"}',
    '422 request validation error: input.points[1].x: expected number, received string; ' +
      'input.unit: expected one of "mm"|"cm"',
    '',
  ])
})
