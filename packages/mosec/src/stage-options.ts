/** How a stage runs: what the user may say, and what it means when nothing is said. */

import { type AnyWorker, adaptive, type BatchPolicy, ConfigurationError, greedy, window } from '@mosec/core'
import type { InlineLaunch, ModuleLaunch } from '@mosec/worker/replica'
import { checkedDevices, type Device } from './device-options.ts'
import { type RecycleLimits, type RecycleOptions, resolveRecycle } from './recycle-options.ts'

/** Batch policies by name; `docs/concepts.md` says when to use which. */
const policies = { adaptive, greedy, window }

/** Names of the batch policies. */
export type BatchPolicyName = keyof typeof policies

/** What a replica runs in. */
export type Isolation = (ModuleLaunch | InlineLaunch)['isolation']

const isolations: readonly Isolation[] = ['process', 'thread', 'inline']

/** Options of every stage. */
export interface BaseStageOptions {
  /** As metrics and logs print it; `<class>_<position>` when left out. Letters, digits, `_`, `-`, `.`. */
  readonly name?: string
  /** Running copies of the worker; 1 when left out. */
  readonly replicas?: number
  /**
   * What a replica runs in; `process` when left out. A `thread` of the server's process starts sooner, and large
   * tensors move to it without a copy through a socket; but a crash in native code takes the server along, and native
   * code does not see its `env`. `inline` runs in the server's process and on its event loop: for light asynchronous
   * stages only, since whatever computes there holds up every request. See `docs/concepts.md`.
   */
  readonly isolation?: Isolation
  /** Longest run of `forward`, in milliseconds; no limit but the service timeout when left out. */
  readonly timeoutMs?: number
  /**
   * Environment of each replica, one entry per replica, set before it starts (`CUDA_VISIBLE_DEVICES`, say). Further
   * entries are for replicas that are added while the stage runs.
   */
  readonly env?: readonly Readonly<Record<string, string>>[]
  /**
   * GPUs, one to a replica in turns: `[0, 1]` with four replicas puts two on each. Sets `CUDA_VISIBLE_DEVICES`, and
   * `TF_FORCE_GPU_ALLOW_GROWTH` so that TensorFlow leaves memory to the others; `env` wins.
   */
  readonly devices?: readonly Device[]
  /** When `forward` throws for a batch: run it again in halves until the guilty are alone, or fail it as a whole. */
  readonly onBatchError?: 'isolate' | 'fail'
  /** Replaces replicas that are old, or large, by fresh ones; never when left out. */
  readonly recycle?: RecycleOptions
}

/** Options that only a worker of batches takes. */
export interface BatchOptions {
  /** Most tasks in one batch; 1 when left out. */
  readonly maxBatchSize?: number
  /** Longest wait for a batch to fill, from its first task, in milliseconds. Left out: the adaptive policy decides. */
  readonly maxWaitMs?: number
  /** `window` when `maxWaitMs` is given (as Mosec does), `adaptive` when it is not. */
  readonly policy?: BatchPolicyName
}

/** Options of a stage whose worker takes batches, or is named by module so that the compiler cannot know. */
export type BatchStageOptions = BaseStageOptions & BatchOptions

/** A worker of single tasks takes no `maxBatchSize` beyond 1. */
export type SingleStageOptions = BaseStageOptions & { readonly maxBatchSize?: 1 }

/** What a worker's class allows. */
export type StageOptionsOf<W extends AnyWorker> = W['kind'] extends 'batch' | 'batch-stream'
  ? BatchStageOptions
  : SingleStageOptions

/** Options with nothing left open but the name. */
export interface ResolvedStageOptions {
  readonly name: string | undefined
  readonly replicas: number
  readonly isolation: Isolation
  readonly maxBatchSize: number
  readonly maxWaitMs: number
  readonly policy: BatchPolicy
  readonly policyName: BatchPolicyName
  /** `Infinity` without a limit. */
  readonly timeoutMs: number
  /** Empty, or at least one entry per replica. */
  readonly env: readonly Readonly<Record<string, string>>[]
  /** Empty when replicas see what the server sees. */
  readonly devices: readonly Device[]
  readonly onBatchError: 'isolate' | 'fail'
  /** Undefined when replicas stay as long as they live. */
  readonly recycle: RecycleLimits | undefined
}

/**
 * Fills in what was left out.
 * @throws ConfigurationError naming the option, what it takes and what came.
 */
export function resolveStageOptions(options: BatchStageOptions): ResolvedStageOptions {
  refuseUnknown(options)
  const replicas = atLeastOne('replicas', options.replicas ?? 1)
  const isolation = checkedIsolation(options.isolation ?? 'process')
  const policyName = policyNameOf(options)
  return {
    name: checkedName(options.name),
    replicas,
    isolation,
    maxBatchSize: checkedBatchSize(options.maxBatchSize ?? 1),
    maxWaitMs: notNegative('maxWaitMs', options.maxWaitMs ?? Number.POSITIVE_INFINITY),
    policy: policies[policyName],
    policyName,
    timeoutMs: positive('timeoutMs', options.timeoutMs ?? Number.POSITIVE_INFINITY),
    env: checkedEnv(options.env ?? [], replicas, isolation),
    devices: checkedDevices(options.devices, isolation !== 'process'),
    onBatchError: options.onBatchError ?? 'isolate',
    recycle: resolveRecycle(options.recycle, isolation !== 'process'),
  }
}

/** Every option there is; the compiler says when one is missing here. */
const known: Readonly<Record<keyof BatchStageOptions, true>> = {
  name: true,
  replicas: true,
  isolation: true,
  maxBatchSize: true,
  maxWaitMs: true,
  policy: true,
  timeoutMs: true,
  env: true,
  devices: true,
  onBatchError: true,
  recycle: true,
}

function refuseUnknown(options: BatchStageOptions): void {
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(known, option))
  if (unknown === undefined) return
  throw new ConfigurationError(`"${unknown}" is no stage option; there are ${Object.keys(known).join(', ')}`)
}

function policyNameOf({ policy, maxWaitMs }: BatchStageOptions): BatchPolicyName {
  const name = policy ?? (maxWaitMs === undefined ? 'adaptive' : 'window')
  if (!Object.hasOwn(policies, name)) refuse('policy', `one of ${Object.keys(policies).join(', ')}`, name)
  if (name === 'window' && maxWaitMs === undefined) {
    throw new ConfigurationError(
      'stage option policy: window also needs maxWaitMs, the time to wait in milliseconds',
    )
  }
  return name
}

function checkedIsolation(isolation: Isolation): Isolation {
  if (!isolations.includes(isolation)) refuse('isolation', `one of ${isolations.join(', ')}`, isolation)
  return isolation
}

function checkedName(name: string | undefined): string | undefined {
  if (name !== undefined && !/^[\w.-]{1,64}$/.test(name)) {
    refuse('name', '1 to 64 letters, digits, "_", "-" or "."', name)
  }
  return name
}

function checkedEnv(
  env: ResolvedStageOptions['env'],
  replicas: number,
  isolation: Isolation,
): ResolvedStageOptions['env'] {
  if (env.length > 0 && isolation === 'inline') {
    throw new ConfigurationError(
      "stage option env needs isolation 'process' or 'thread': an inline replica has the environment of the server",
    )
  }
  if (env.length === 0 || env.length >= replicas) return env
  throw new ConfigurationError(
    `stage option env takes one entry per replica: ${replicas} expected, got ${env.length}`,
  )
}

/** A frame counts its tasks in 16 bits. */
function checkedBatchSize(value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    refuse('maxBatchSize', 'an integer from 1 to 65535', value)
  }
  return value
}

function atLeastOne(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) refuse(option, 'an integer of at least 1', value)
  return value
}

function notNegative(option: string, value: number): number {
  if (Number.isNaN(value) || value < 0) refuse(option, 'a number of milliseconds of at least 0', value)
  return value
}

function positive(option: string, value: number): number {
  if (Number.isNaN(value) || value <= 0) refuse(option, 'a positive number of milliseconds', value)
  return value
}

function refuse(option: string, allowed: string, value: unknown): never {
  throw new ConfigurationError(`stage option ${option} takes ${allowed}, got ${JSON.stringify(value)}`)
}
