/** A wait with an end. */

import type { Clock } from '@mosec/core'

/** Resolves when `event` does, or after `limitMs`, whichever comes first; tells whether the event came. */
export function within(event: Promise<unknown>, limitMs: number, clock: Clock): Promise<boolean> {
  if (limitMs === Infinity) return event.then(() => true)
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => resolve(false))
    event.then(() => {
      timer.cancel()
      resolve(true)
    }, reject)
  })
}
