/** Steps are quiet when they work, and show everything when they do not. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Runs steps of Node code in a process of its own. */
function run(codes: readonly string[]): { code: number | null; out: string; err: string } {
  const program = `
    import { runSteps } from ${JSON.stringify(join(import.meta.dirname, 'steps.mjs'))}
    const steps = ${JSON.stringify(codes)}.map((code, i) => ({ title: 'step ' + i, command: [process.execPath, '-e', code] }))
    process.exitCode = await runSteps(steps, 3)`
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  return { code: result.status, out: result.stdout.replace(/\d+\.\d s/g, '# s'), err: result.stderr }
}

test('prints one line a step', () => {
  expect(run(["console.log('noise')", "console.error('noise')"])).toEqual({
    code: 0,
    out: '[1/3] step 0 ... # s\n[2/3] step 1 ... # s\n',
    err: '',
  })
})

test('shows the output of the step that fails, and runs no other', () => {
  const { code, out, err } = run(['', "console.log('one'); console.error('two'); process.exit(3)", ''])
  expect(code).toBe(3)
  expect(out).toBe('[1/3] step 0 ... # s\n[2/3] step 1 ... failed after # s\n\n')
  expect(err).toMatch(/one\n/)
  expect(err).toMatch(/two\n/)
  expect(err).toMatch(/This command ended with code 3: /)
})
