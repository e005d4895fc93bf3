import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProgram } from 'mosec/testing'
import { expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

/** The client asks many at once, and the machine may be busy. */
const flags = ['--timeout', '60000']

it('env: each replica has its own CUDA_VISIBLE_DEVICES', async () => {
  await using server = await startProgram({ file: path('server'), env: { DEVICES: 'a,b,c' }, flags })
  const logged = server.log.filter(({ msg }) => msg?.startsWith('loading the model on device'))
  expect(logged.map(({ msg, replica }) => [replica, msg?.at(-1)]).sort()).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ])

  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(0)
  const possible = ['replica 1 on device a', 'replica 2 on device b', 'replica 3 on device c']
  expect(possible).toEqual(expect.arrayContaining(lines))
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})
