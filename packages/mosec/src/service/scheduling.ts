/** From the settings to what the scheduler and the transport are made of. */

import type { Scheduler, Transport } from '@mosec/core'
import { unixSocketTransport } from '@mosec/ipc'
import type { NamedStage } from '../blueprint.ts'
import type { ServerConfig } from '../config/index.ts'

type StageOptions = ConstructorParameters<typeof Scheduler>[0]['stages']

/** The stages as the scheduler sees them. */
export function scheduledStages(stages: readonly NamedStage[], capacity: number): StageOptions {
  return stages.map(({ name, options: { maxBatchSize, maxWaitMs, policy, timeoutMs } }) => ({
    name,
    policy,
    timeoutMs,
    limits: { maxBatchSize, maxWaitMs },
    capacity,
  }))
}

/** Sockets in the folder that was asked for. */
export function socketTransport({ socketFolder }: ServerConfig): Transport {
  return unixSocketTransport(socketFolder === undefined ? {} : { directory: socketFolder })
}
