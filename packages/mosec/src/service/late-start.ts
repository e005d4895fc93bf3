/** A replica that failed its first start while others serve is started again until it is ready, or the server stops. */

import type { Clock } from '@mosec/core'
import { RestartPolicy, restartDefaults } from '@mosec/worker/replica'
import { pause } from './pause.ts'

/** What is tried, and who hears of it. */
export interface LateStartOptions {
  /** One more try. */
  readonly begin: () => Promise<unknown>
  /** Told before each wait. */
  readonly failed: (error: unknown, delayMs: number) => void
  readonly clock: Clock
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
}

/** The same back-off as for a replica that dies later. Never rejects. */
export async function startLater(firstError: unknown, options: LateStartOptions): Promise<void> {
  const { begin, failed, clock, signal } = options
  const policy = new RestartPolicy(restartDefaults, clock)
  let error = firstError
  while (!signal.aborted) {
    const delayMs = policy.died()
    failed(error, delayMs)
    await pause(delayMs, clock, signal)
    if (signal.aborted) return
    try {
      await begin()
      return
    } catch (again) {
      error = again
    }
  }
}
