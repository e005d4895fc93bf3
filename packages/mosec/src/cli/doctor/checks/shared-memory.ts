/** `/dev/shm`: what batches of large payloads travel through, and native libraries share values by. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'
import { formatBytes } from '../sizes.ts'

/** What Docker gives unless it is told otherwise. */
const DOCKER_DEFAULT_BYTES = 64 * 1024 ** 2

/** How much of it there is. */
export function examineSharedMemory(machine: Machine): Finding {
  const subject = '/dev/shm'
  const space = machine.space('/dev/shm')
  if (space === undefined) return { subject, status: 'absent', summary: 'this machine has none' }
  const summary = `${formatBytes(space.freeBytes)} free of ${formatBytes(space.totalBytes)}`
  if (space.totalBytes > DOCKER_DEFAULT_BYTES) return { subject, status: 'ok', summary, details: space }
  const nextStep = 'docker run --shm-size=1g (or --ipc=host), if stages hand each other large payloads'
  return { subject, status: 'warning', summary, nextStep, details: space }
}
