/** A wait that a signal ends early. */

import type { Clock } from '@mosec/core'

/** Resolves after `delayMs`, or as soon as the signal is aborted. */
export function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const over = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', over)
      resolve()
    }
    const timer = clock.after(delayMs, over)
    signal.addEventListener('abort', over)
  })
}
