/** Ends what a run has started, and what those have: all inherit its temporary folder, also who left our process group. */

import { readdirSync, readFileSync, rmSync } from 'node:fs'

/** Kills every process whose `TMPDIR` is that folder, or within it, then removes the folder. */
export function endAllIn(folder: string): void {
  // Again and again: one may have started another meanwhile, and those that were killed take a moment to go.
  for (let pids = pidsIn(folder); pids.length > 0; pids = pidsIn(folder)) pids.forEach(kill)
  rmSync(folder, { recursive: true, force: true })
}

const pidsIn = (folder: string): number[] =>
  readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && hasFolder(name, folder) ? Number(name) : []))

/** As it was when the process started, proc(5); empty for one that is ending. */
function hasFolder(pid: string, folder: string): boolean {
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`
    return environment.includes(`\0TMPDIR=${folder}\0`) || environment.includes(`\0TMPDIR=${folder}/`)
  } catch {
    // It is gone, or somebody else's.
    return false
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster.
  }
}
