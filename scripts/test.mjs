/** `npm test [-- vitest's arguments]`: install, build, checks, tests, with nothing installed but Node and npm. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './steps/child.mjs'
import { toolEnvironment } from './steps/environment.mjs'
import { requireNode } from './steps/node-version.mjs'
import { pinnedPnpm, pnpm, root } from './steps/pnpm.mjs'
import { runSteps } from './steps/steps.mjs'
import { readSummary } from './steps/vitest-report.mjs'

requireNode()

const steps = [
  { title: `installing packages (${pinnedPnpm()})`, command: pnpm('install', '--frozen-lockfile') },
  {
    title: 'building everything',
    command: pnpm(
      'exec',
      'turbo',
      'run',
      'build',
      '--output-logs=errors-only',
      '--continue=dependencies-successful',
    ),
  },
  { title: 'checking style', command: pnpm('run', 'check:style') },
  { title: 'checking types of scripts and tests', command: pnpm('run', 'check:types') },
  { title: 'checking layers', command: pnpm('run', 'check:layers') },
  { title: 'looking for unused code', command: pnpm('run', 'check:unused') },
  { title: 'checking what gets published', command: pnpm('run', 'check:publish') },
]

/**
 * Vitest prints as it goes; the last line is ours.
 * @returns {Promise<number>}
 */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-test-report-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=json', '--reporter=default', `--outputFile.json=${report}`]
  try {
    const command = pnpm('exec', 'vitest', 'run', ...reporters, ...process.argv.slice(2))
    const code = await runChild(command, { cwd: root, stdio: 'inherit', env: toolEnvironment() })
    process.stdout.write(`${readSummary(report)}\n`)
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const total = steps.length + 1
process.exitCode = await runSteps(steps, total)
if (process.exitCode === 0) {
  process.stdout.write(`[${total}/${total}] testing\n`)
  process.exitCode = await runTests()
}
