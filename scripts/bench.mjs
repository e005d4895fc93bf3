/** `npm run bench [-- workloads and flags]`: installs, builds and measures; see benchmarks/README.md. */

import { runChild } from './steps/child.mjs'
import { requireNode } from './steps/node-version.mjs'
import { pinnedPnpm, pnpm, root } from './steps/pnpm.mjs'
import { runSteps } from './steps/steps.mjs'

requireNode()

process.exitCode = await runSteps([
  { title: `installing packages (${pinnedPnpm()})`, command: pnpm('install', '--frozen-lockfile') },
  {
    title: 'building the benchmarks',
    command: pnpm(
      'exec',
      'turbo',
      'run',
      'build',
      '--filter=@mosec/benchmarks...',
      '--output-logs=errors-only',
    ),
  },
])
if (process.exitCode === 0) {
  /** @type {readonly [string, ...string[]]} */
  const benchmarks = [process.execPath, 'benchmarks/dist/main.js', ...process.argv.slice(2)]
  process.exitCode = await runChild(benchmarks, { cwd: root, stdio: 'inherit' })
}
