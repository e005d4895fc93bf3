/** The guard of a run: `node run-guard-main.js <folder> <bench> <runners...>` ends all in the folder when one of these has ended. */

import { isRunning } from '../process-tree.ts'
import { endAllIn } from './end-all-in.ts'

const LOOK_EVERY_MS = 500

const [folder = '', ...ids] = process.argv.slice(2)
const runners = ids.map(Number)

const looking = setInterval(() => {
  if (runners.every(isRunning)) return
  clearInterval(looking)
  const [bench] = runners
  // First, so that it starts nothing more.
  if (bench !== undefined && isRunning(bench)) process.kill(bench, 'SIGKILL')
  endAllIn(folder)
}, LOOK_EVERY_MS)
