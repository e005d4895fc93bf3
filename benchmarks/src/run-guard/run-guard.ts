/** A run leaves nothing behind, however it ends: servers, load generators, files. */

import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parentId } from '../process-tree.ts'
import { endAllIn } from './end-all-in.ts'

const program = fileURLToPath(new URL(`./run-guard-main${extname(import.meta.url)}`, import.meta.url))

/**
 * To be called once, before anything is started. All that is started from then on has a temporary folder of this run, by
 * which it is found: at SIGINT and SIGTERM by us, who exit with 130 and 143 then, after `kill -9` by a guard.
 */
export function guardRun(): void {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-bench-'))
  const args = [...process.execArgv, program, folder, ...runnerIds().map(String)]
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref()
  process.env['TMPDIR'] = folder
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endAllIn(folder)
      process.exit(128 + constants.signals[signal])
    })
  }
}

/** Who has to live for the run to go on: we, and below `npm run bench` its script and npm itself. */
function runnerIds(): number[] {
  const { pid, ppid } = process
  return process.env['npm_lifecycle_event'] === 'bench' ? [pid, ppid, parentId(ppid)] : [pid]
}
