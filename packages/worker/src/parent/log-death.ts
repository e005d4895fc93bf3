/** What the log says of a replica that died and will be started again. */

import type { Logger } from '@mosec/core'

/** From so many deaths in a row on it is an error, not only a warning. */
const CRASH_LOOP_DEATHS = 3

/** One death. */
export interface Death {
  readonly stage: string
  readonly replica: number
  /** In a row, this one included. */
  readonly deaths: number
  /** Times it was started again so far. */
  readonly restarts: number
  /** Until it is started again, in milliseconds. */
  readonly retryInMs: number
}

/** @param reason how it died, as the end of the sentence "the replica's process ...". */
export function logDeath(logger: Logger, reason: string, death: Death): void {
  const isLoop = death.deaths >= CRASH_LOOP_DEATHS
  const count = isLoop ? `, death ${death.deaths} in a row` : ''
  const text = `the replica's process ${reason}${count}; it is started again in ${death.retryInMs} ms`
  if (isLoop) logger.error(text, { ...death })
  else logger.warning(text, { ...death })
}
