/** What a replica's process is told by its parent beside its place, through one environment variable. */

import { ConfigurationError } from '@mosec/core'
import type { LogLevel } from '@mosec/worker'
import type { IpcForm } from '../ipc-forms.ts'

const VARIABLE = 'MOSEC_REPLICA_SPEC'

/** How the replica runs. */
export interface ReplicaSpec {
  readonly maxBatchSize: number
  /** Longest run of `forward`, in milliseconds; 0 without a limit. */
  readonly timeoutMs: number
  readonly onBatchError: 'isolate' | 'fail'
  readonly logLevel: LogLevel
  /** The worker reports what goes in and out of it. */
  readonly isDryRun: boolean
  /** Module whose default export is the worker's class; null when the main module brings the class. */
  readonly workerModule: string | null
  /** Modules of the route's codecs, for a worker named by module; null leaves the worker its own. */
  readonly codecModules: readonly string[] | null
  readonly ipc: IpcForm
}

/** The environment entry that carries it. */
export function specEnvironment(spec: ReplicaSpec): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(spec) }
}

/**
 * Reads what the parent wrote.
 * @throws ConfigurationError when it is missing: the process was not started by a server.
 */
export function readSpec(env: Readonly<Record<string, string | undefined>> = process.env): ReplicaSpec {
  const text = env[VARIABLE]
  if (text === undefined)
    throw new ConfigurationError(`${VARIABLE} is missing: a replica is started by its server only`)
  return JSON.parse(text) as ReplicaSpec
}
