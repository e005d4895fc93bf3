/** The outermost layer of a replica's process or thread: signals, last errors, and the only `process.exit`. */

import { isMainThread } from 'node:worker_threads'
import { type AnyWorker, type Logger, StartError, systemClock } from '@mosec/core'
import { controlLogger } from '../control/control-logger.ts'
import type { LogLevel } from '../control/control-messages.ts'
import { processControl } from '../control/process-control.ts'
import type { ReplicaControl } from '../control/replica-control.ts'
import { threadControl } from '../control/thread-control.ts'
import { watchParent } from './parent-watch.ts'
import { type ServeReplicaOptions, serveReplica } from './serve-replica.ts'
import { inPhase } from './start-phase.ts'

/** A replica that has nobody to answer to leaves within this time, even when `forward` hangs. */
const LEAVE_WITHIN_MS = 2_000

/** What the process runs. */
export interface RunReplicaOptions
  extends Omit<ServeReplicaOptions, 'worker' | 'control' | 'clock' | 'logger' | 'checksOutput'> {
  /** Makes the worker, or imports its module first. */
  readonly makeWorker: () => AnyWorker | Promise<AnyWorker>
  /** How `makeWorker` is named when it fails: the class or the module. */
  readonly workerName: string
  /** Lowest level that the parent logs; default `info`. At `debug` results are checked against the output schema. */
  readonly logLevel?: LogLevel
  /** Folder of the parent's that goes when a replica in endless code is killed after its parent. */
  readonly parentFolder?: string | undefined
  /** The parent has a guard of its own that ends replicas which outlive it; no thread watches it here then. */
  readonly isGuarded?: boolean
}

/**
 * Runs one replica in this process or thread, which must have been started by `superviseReplica`, and ends it.
 * Signals are ignored: the parent decides when a replica leaves.
 */
export async function runReplicaProcess(options: RunReplicaOptions): Promise<never> {
  const control = isMainThread ? processControl() : threadControl()
  const logger = controlLogger(control, options.logLevel)
  if (isMainThread) process.once('exit', (code) => logForeignExit(code, logger))
  if (isMainThread && options.isGuarded !== true)
    watchParent({ parent: process.ppid, folder: options.parentFolder, logger })
  process.on('SIGINT', ignore)
  process.on('SIGTERM', ignore)
  process.once('disconnect', () => leaveLatest(1))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.error(`${event} in the replica, which ends`, { error })
      void leave(control, 1)
    })
  }
  return leave(control, await exitCodeOf(options, { control, logger }))
}

const ignore = (): void => {}

async function exitCodeOf(
  options: RunReplicaOptions,
  { control, logger }: { readonly control: ReplicaControl; readonly logger: Logger },
): Promise<number> {
  try {
    const worker = await inPhase({ phase: 'load', worker: options.workerName, control }, options.makeWorker)
    const checksOutput = options.logLevel === 'debug'
    await serveReplica({ ...options, checksOutput, worker, control, logger, clock: systemClock })
    return 0
  } catch (error) {
    if (!(error instanceof StartError)) logger.error('the replica broke', { error })
    return 1
  }
}

async function leave(control: ReplicaControl, code: number): Promise<never> {
  leaveLatest(code)
  await control.close()
  return exit(code)
}

/** Unref'd: a process that has nothing left to do ends before. */
function leaveLatest(code: number): void {
  setTimeout(() => exit(code), LEAVE_WITHIN_MS).unref()
}

/** Process-wide, as the exit is. */
let isOurExit = false

function exit(code: number): never {
  isOurExit = true
  return process.exit(code)
}

/** Called from within `process.exit`, so that the stack names who called that. */
function logForeignExit(code: number, logger: Logger): void {
  if (isOurExit) return
  const error = new Error(`process.exit(${code}) was called, or nothing was left to do`)
  logger.error('the code of the worker ends the replica', { error })
}
