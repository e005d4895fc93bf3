/** Stands in for work on a device: takes as long as it is told to, and no processor. */

import { setTimeout as sleep } from 'node:timers/promises'

const word = new Int32Array(new SharedArrayBuffer(4))

/**
 * Node's timers count whole milliseconds: half a one is cut off, and most ring a little late. So the last part, one to
 * two milliseconds, is waited for exactly, as Python's `time.sleep` does.
 */
export async function computeFor(ms: number): Promise<void> {
  const endMs = performance.now() + ms
  const timerMs = Math.floor(ms) - 1
  if (timerMs > 0) await sleep(timerMs)
  const restMs = endMs - performance.now()
  if (restMs > 0) Atomics.wait(word, 0, 0, restMs)
}
