/** `npm run setup`: installs and builds everything, with nothing installed but Node and npm. */

import { requireNode } from './steps/node-version.mjs'
import { pinnedPnpm, pnpm } from './steps/pnpm.mjs'
import { runSteps } from './steps/steps.mjs'

requireNode()

process.exitCode = await runSteps([
  { title: `installing packages (${pinnedPnpm()})`, command: pnpm('install', '--frozen-lockfile') },
  {
    title: 'building everything',
    command: pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only'),
  },
])
