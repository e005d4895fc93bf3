/** Names the phase and the worker when a replica cannot start, and tells the parent. */

import { isMainThread } from 'node:worker_threads'
import { StartError } from '@mosec/core'
import { textOf } from '../control/control-logger.ts'
import type { FailedMessage, StartPhase } from '../control/control-messages.ts'
import type { ReplicaControl } from '../control/replica-control.ts'
import { explained } from '../unreadable-source.ts'

/** Which step of a start, of which worker. */
export interface PhaseOptions {
  readonly phase: StartPhase
  /** Name of the user's class, or of its module. */
  readonly worker: string
  readonly control: Pick<ReplicaControl, 'send'>
}

/** Does the work. @throws StartError when it throws; the parent is told first. */
export async function inPhase<T>(options: PhaseOptions, work: () => T | Promise<T>): Promise<T> {
  const { phase, worker, control } = options
  try {
    return await work()
  } catch (error) {
    const message = isMainThread ? textOf(error) : explained(textOf(error))
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    const failed: FailedMessage = { type: 'mosec:failed', phase, worker, message, stack }
    control.send(failed)
    throw new StartError(startFailure(failed), { cause: error })
  }
}

/** The failure in one line, the same words on both sides. */
export function startFailure({ phase, worker, message }: FailedMessage): string {
  return `${phase} of worker ${worker} failed: ${message}`
}
