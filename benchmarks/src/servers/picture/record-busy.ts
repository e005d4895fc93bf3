/** Notes when the workers of a stage computed: one line per call, `stage process start end`, times in ms since 1970. */

import { openSync, writeSync } from 'node:fs'

let file: number | undefined

/** Computes, and adds a line to the file that `BUSY_FILE` names; without it nothing is noted. */
export async function recordBusy<Result>(stage: string, compute: () => Promise<Result>): Promise<Result> {
  const path = process.env['BUSY_FILE']
  if (path === undefined) return compute()
  const startMs = nowMs()
  try {
    return await compute()
  } finally {
    file ??= openSync(path, 'a')
    writeSync(file, `${stage} ${process.pid} ${startMs} ${nowMs()}\n`)
  }
}

/** Finer than `Date.now()`, and the same in all processes. */
const nowMs = (): number => performance.timeOrigin + performance.now()
