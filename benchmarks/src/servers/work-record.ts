/** Notes how many items were computed, for whoever compares that with what clients got: one line per batch, with the time. */

import { openSync, writeSync } from 'node:fs'

let file: number | undefined

/** To the file that `WORK_FILE` names; to nowhere without it. */
export function recordWork(items: number): void {
  const path = process.env['WORK_FILE']
  if (path === undefined) return
  file ??= openSync(path, 'a')
  writeSync(file, `${items} ${Date.now()}\n`)
}
