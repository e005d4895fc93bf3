/** Memory, the container's limit included. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'
import { formatBytes } from '../sizes.ts'

/** A TensorFlow.js replica with a small model takes 0.3 to 0.5 GiB. */
const LITTLE_BYTES = 1024 ** 3

/** What replicas can have. */
export function examineMemory({ memoryBytes, availableMemoryBytes, memoryLimitBytes }: Machine): Finding {
  const limit =
    memoryLimitBytes === undefined ? '' : `; the container may use ${formatBytes(memoryLimitBytes)}`
  const summary = `${formatBytes(availableMemoryBytes)} available of ${formatBytes(memoryBytes)}${limit}`
  const details = { memoryBytes, availableMemoryBytes, memoryLimitBytes: memoryLimitBytes ?? null }
  const found = { subject: 'memory', summary, details }
  if (availableMemoryBytes >= LITTLE_BYTES) return { ...found, status: 'ok' }
  return {
    ...found,
    status: 'warning',
    nextStep: 'expect 0.3 to 0.5 GiB for each replica that runs TensorFlow.js',
  }
}
