/** Says in the log that a replica is not ready yet, so that a long start is not taken for one that hangs. */

import type { Clock, Logger, Timer } from '@mosec/core'

/** When it is said first; each further time after a pause twice as long. In milliseconds. */
const FIRST_MS = 10_000
const LONGEST_PAUSE_MS = 300_000

/** Who is waited for, and who says so. */
export interface SlowStartOptions {
  readonly stage: string
  /** 1-based number within the stage. */
  readonly replica: number
  readonly clock: Clock
  readonly logger: Logger
}

/** Says it after 10, 30, 70 ... seconds, and every five minutes in the end, until it is cancelled. */
export function tellSlowStart({ stage, replica, clock, logger }: SlowStartOptions): Timer {
  const begunMs = clock.now()
  let timer: Timer
  const wait = (pauseMs: number): void => {
    timer = clock.after(pauseMs, () => {
      const seconds = Math.round((clock.now() - begunMs) / 1000)
      const text = `the replica is not ready after ${seconds} s; its worker still loads, sets up or warms up`
      logger.info(text, { stage, replica })
      wait(Math.min(2 * pauseMs, LONGEST_PAUSE_MS))
    })
  }
  wait(FIRST_MS)
  return { cancel: () => timer.cancel() }
}
