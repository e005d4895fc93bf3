/** What the tools of a step find in their environment. */

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { toolEnvironment } from './environment.mjs'
import { root } from './pnpm.mjs'

test('what an npx around us was told is not passed on; the rest is', () => {
  const outer = {
    PATH: '/bin',
    npm_config_call: 'npm start',
    npm_config_package: 'node@24',
    npm_config_yes: 'true',
  }
  expect(toolEnvironment(outer)).toMatchObject({ PATH: '/bin', npm_config_yes: 'true', DO_NOT_TRACK: '1' })
  expect(Object.keys(toolEnvironment(outer)).filter((name) => /call|package/.test(name))).toEqual([])
  expect(outer.npm_config_call).toBe('npm start')
})

test('an npx within an npx runs its own command', () => {
  const outer = { ...process.env, npm_config_call: 'npm start' }
  const run = (env: NodeJS.ProcessEnv) =>
    spawnSync('npx', ['--no', '--', 'tsc', '--version'], { cwd: root, env, encoding: 'utf8' })
  expect(run(outer).status).not.toBe(0)
  expect(run(toolEnvironment(outer))).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Version/) })
})
