/** `npm start [-- flags]`: installs, builds and runs the reference server, with nothing installed but Node and npm. */

import { runChild } from './steps/child.mjs'
import { requireNode } from './steps/node-version.mjs'
import { pinnedPnpm, pnpm, root } from './steps/pnpm.mjs'
import { runSteps } from './steps/steps.mjs'

requireNode()

const steps = [
  { title: `installing packages (${pinnedPnpm()})`, command: pnpm('install', '--frozen-lockfile') },
  {
    title: 'building the reference server',
    command: pnpm('exec', 'turbo', 'run', 'build', '--filter=@mosec/server...', '--output-logs=errors-only'),
  },
]
const total = steps.length + 1

process.exitCode = await runSteps(steps, total)
if (process.exitCode === 0) {
  process.stdout.write(`[${total}/${total}] starting the server\n`)
  /** @type {readonly [string, ...string[]]} */
  const server = [
    process.execPath,
    '--import',
    new URL('steps/end-with-parent.mjs', import.meta.url).href,
    'apps/server/dist/main.js',
    ...process.argv.slice(2),
  ]
  // The channel tells the server when this process is killed.
  process.exitCode = await runChild(server, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
}
