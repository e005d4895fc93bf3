/** A replica within its parent's own process: served there until it leaves or is given up. */

import { type Channel, StartError, systemClock } from '@mosec/core'
import { controlLogger } from '../control/control-logger.ts'
import type { ReplicaControl } from '../control/replica-control.ts'
import type { RunReplicaOptions } from './run-replica-process.ts'
import { serveReplica } from './serve-replica.ts'
import { inPhase } from './start-phase.ts'

/** What is served: as in a process of its own, but for what a process is told. */
export interface RunInlineOptions extends Omit<RunReplicaOptions, 'parentFolder'> {
  readonly control: ReplicaControl
}

/**
 * Serves until the control says to leave, or the channel is closed. The control stays open.
 * @throws StartError when it cannot start, and the parent has been told; otherwise what broke the replica.
 */
export async function runInlineReplica(options: RunInlineOptions): Promise<void> {
  const { control, logLevel, workerName } = options
  const logger = controlLogger(control, logLevel)
  const worker = await inPhase({ phase: 'load', worker: workerName, control }, options.makeWorker)
  const channels: Channel[] = []
  const connect = async (): Promise<Channel> => {
    const channel = await options.connect()
    channels.push(channel)
    return channel
  }
  try {
    const checksOutput = logLevel === 'debug'
    // A hanging call is ended with its process elsewhere; here it runs on, and is torn down after it, not under it.
    await serveReplica({
      hangGraceMs: Infinity,
      ...options,
      connect,
      checksOutput,
      worker,
      logger,
      clock: systemClock,
    })
  } catch (error) {
    if (!(error instanceof StartError)) logger.error('the replica broke', { error })
    throw error
  } finally {
    // No process ends here that would close it.
    for (const channel of channels) channel.close()
  }
}
