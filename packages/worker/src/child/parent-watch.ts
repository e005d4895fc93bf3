/** Ends a replica whose parent is dead while its own code never lets it notice: a `forward` that loops, say. */

import { Worker } from 'node:worker_threads'
import type { Logger } from '@mosec/core'

/** How often the parent is looked at, in milliseconds. */
const LOOK_MS = 500
/** Time to leave in good order once the parent is dead, in milliseconds. With the look before: 1.5 s at most. */
const GRACE_MS = 1_000

/**
 * Plain JavaScript as text, since a thread of a program in TypeScript would need its loader, which takes far longer to
 * start than this. A dead parent's children are given to another process, so that their parent changes.
 */
const WATCH = `
const { rmSync } = require('node:fs')
const { parent, folder, lookMs, graceMs } = require('node:worker_threads').workerData
const end = () => {
  try {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
const look = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(look)
  setTimeout(end, graceMs)
}, lookMs)`

/** What is watched. */
export interface ParentWatchOptions {
  /** Process id of the parent. */
  readonly parent: number
  /** The parent's own folder, removed when this process has to be killed; it may be the last that could. */
  readonly folder?: string | undefined
  readonly logger: Logger
}

/**
 * Watches from a thread of its own, since this one may never come back from the user's code. It costs about 10 MB and
 * 40 ms of another core at the start, and does not keep the process alive.
 */
export function watchParent({ parent, folder, logger }: ParentWatchOptions): void {
  const failed = (error: unknown): void => logger.debug('the parent is not watched', { error })
  try {
    const thread = new Worker(WATCH, {
      eval: true,
      workerData: { parent, folder, lookMs: LOOK_MS, graceMs: GRACE_MS },
      // Without the program's own loaders and options, which it has no use for.
      execArgv: [],
      env: {},
    })
    thread.unref()
    thread.on('error', failed)
  } catch (error) {
    failed(error)
  }
}
