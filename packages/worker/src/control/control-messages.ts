/** Every message between a replica and its supervisor, beside the batches: named, plain, and checked on arrival. */

import { type JsonSchema, type ReplicaReport, reportProblem, type WorkerKind } from '@mosec/core'

/** A format that the worker's clients may speak. */
export interface CodecInfo {
  readonly name: string
  readonly mimeTypes: readonly [string, ...string[]]
}

/** What clients and a worker say to each other. */
export type Speech = 'requests' | 'responses'

/** What the parent must know of a worker that lives in another process. */
export interface WorkerInfo {
  readonly kind: WorkerKind
  /** Name of the user's class. */
  readonly name: string
  /** Formats that the worker reads, by the index that a task's state carries. */
  readonly requestTypes: readonly CodecInfo[]
  /** Formats that the worker writes, by the index that a task's state carries. */
  readonly responseTypes: readonly CodecInfo[]
  /** The class reads the bytes itself, so that no `Content-Type` is wrong for it. */
  readonly readsAnyType: boolean
  /** What it has no codec for, and no method of its own: it cannot stand at that end of a route. Nothing when absent. */
  readonly needsCodecFor?: readonly Speech[]
  /** Most tasks of a batch that it takes, where it knows a limit. */
  readonly largestBatch?: number
  /** It answers with streams of events. */
  readonly isStream: boolean
  /** What clients must send, once decoded; undefined when the worker has no schema, or one that JSON Schema cannot say. */
  readonly inputSchema: JsonSchema | undefined
  /** What clients get, before it is encoded. */
  readonly outputSchema: JsonSchema | undefined
  /** Inputs that a client could send as JSON. */
  readonly examples: readonly unknown[]
}

/** What a replica was doing when it could not start. */
export type StartPhase = 'load' | 'set-up' | 'warm-up' | 'connect'

/** Child to parent: the worker is warm; the connection follows. */
export interface HelloMessage {
  readonly type: 'mosec:hello'
  readonly worker: WorkerInfo
}

/** Child to parent: it cannot start, and leaves. */
export interface FailedMessage {
  readonly type: 'mosec:failed'
  readonly phase: StartPhase
  /** Name of the user's class, or of its module. */
  readonly worker: string
  /** The user's own error. */
  readonly message: string
  readonly stack: string
}

/** Child to parent: a line for the parent's log. */
export interface LogMessage {
  readonly type: 'mosec:log'
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Child to parent: what it said of itself so far. */
export interface ReportMessage {
  readonly type: 'mosec:report'
  readonly report: ReplicaReport
}

/** Child to parent: so many more tasks failed alone, after the `forward` of their whole batch had thrown. */
export interface IsolatedMessage {
  readonly type: 'mosec:isolated'
  readonly tasks: number
}

/** The levels of a logger. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** Parent to child: nobody waits for these tasks any more. */
export interface CancelMessage {
  readonly type: 'mosec:cancel'
  readonly ids: readonly number[]
}

/** Credit for one stream. */
export interface Grant {
  /** The task's. */
  readonly id: number
  /** At least 1; see `creditOf` of `@mosec/core`. */
  readonly credit: number
}

/** Parent to child: events of these streams were taken, so that they may go on. */
export interface GrantMessage {
  readonly type: 'mosec:grant'
  readonly grants: readonly Grant[]
}

/** Parent to child: batches have this size at most from now on. */
export interface LimitsMessage {
  readonly type: 'mosec:limits'
  readonly maxBatchSize: number
}

/** Parent to child: finish what you hold, then leave. */
export interface DrainMessage {
  readonly type: 'mosec:drain'
}

/** Child to parent. */
export type ReplicaMessage = HelloMessage | FailedMessage | LogMessage | ReportMessage | IsolatedMessage
/** Parent to child. */
export type ParentMessage = CancelMessage | GrantMessage | LimitsMessage | DrainMessage

/** The replica's message, or undefined for anything else (a user's own `process.send`, say). */
export function parseReplicaMessage(value: unknown): ReplicaMessage | undefined {
  if (!isRecord(value)) return undefined
  switch (value['type']) {
    case 'mosec:hello':
      return isHello(value) ? value : undefined
    case 'mosec:failed':
      return isFailed(value) ? value : undefined
    case 'mosec:log':
      return isLog(value) ? value : undefined
    case 'mosec:isolated':
      return isIsolated(value) ? value : undefined
    case 'mosec:report':
      return isReport(value) ? value : undefined
    default:
      return undefined
  }
}

/** The parent's message, or undefined for anything else. */
export function parseParentMessage(value: unknown): ParentMessage | undefined {
  if (!isRecord(value)) return undefined
  switch (value['type']) {
    case 'mosec:cancel':
      return isCancel(value) ? value : undefined
    case 'mosec:grant':
      return isGrantMessage(value) ? value : undefined
    case 'mosec:limits':
      return isLimits(value) ? value : undefined
    case 'mosec:drain':
      return { type: 'mosec:drain' }
    default:
      return undefined
  }
}

type Unchecked<T> = { readonly [Key in keyof T]?: unknown }

const KINDS: ReadonlySet<unknown> = new Set<WorkerKind>(['single', 'batch', 'stream', 'batch-stream'])
const PHASES: ReadonlySet<unknown> = new Set<StartPhase>(['load', 'set-up', 'warm-up', 'connect'])
const LEVELS: ReadonlySet<unknown> = new Set<LogLevel>(['debug', 'info', 'warning', 'error'])
const MAX_ID = 0xffff_ffff

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string'

const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_ID

function isHello(value: Unchecked<HelloMessage>): value is HelloMessage {
  return isRecord(value.worker) && isWorkerInfo(value.worker)
}

function isWorkerInfo(value: Unchecked<WorkerInfo>): boolean {
  return (
    KINDS.has(value.kind) &&
    isText(value.name) &&
    isCodecList(value.requestTypes) &&
    isCodecList(value.responseTypes) &&
    typeof value.readsAnyType === 'boolean' &&
    isSpeechList(value.needsCodecFor ?? []) &&
    isCount(value.largestBatch ?? 1) &&
    typeof value.isStream === 'boolean' &&
    isSchema(value.inputSchema) &&
    isSchema(value.outputSchema) &&
    Array.isArray(value.examples)
  )
}

const isSchema = (value: unknown): boolean => value === undefined || isRecord(value)

const isSpeechList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((speech) => speech === 'requests' || speech === 'responses')

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1

const isCodecList = (value: unknown): boolean => Array.isArray(value) && value.every(isCodecInfo)

function isCodecInfo(value: unknown): boolean {
  if (!isRecord(value) || !isText(value['name'])) return false
  const mimeTypes = value['mimeTypes']
  return Array.isArray(mimeTypes) && mimeTypes.length > 0 && mimeTypes.every(isText)
}

function isFailed(value: Unchecked<FailedMessage>): value is FailedMessage {
  return PHASES.has(value.phase) && isText(value.worker) && isText(value.message) && isText(value.stack)
}

function isLog(value: Unchecked<LogMessage>): value is LogMessage {
  return LEVELS.has(value.level) && isText(value.message) && isRecord(value.fields)
}

const isIsolated = (value: Unchecked<IsolatedMessage>): value is IsolatedMessage =>
  isId(value.tasks) && value.tasks > 0

function isReport(value: Unchecked<ReportMessage>): value is ReportMessage {
  const { report } = value
  if (!isRecord(report)) return false
  const { runtime, gauges } = report
  return (
    [runtime, gauges].every((part) => part === undefined || isRecord(part)) &&
    reportProblem(report) === undefined
  )
}

function isCancel(value: Unchecked<CancelMessage>): value is CancelMessage {
  return Array.isArray(value.ids) && value.ids.every(isId)
}

function isLimits(value: Unchecked<LimitsMessage>): value is LimitsMessage {
  return (
    typeof value.maxBatchSize === 'number' && Number.isInteger(value.maxBatchSize) && value.maxBatchSize > 0
  )
}

function isGrantMessage(value: Unchecked<GrantMessage>): value is GrantMessage {
  return Array.isArray(value.grants) && value.grants.every(isGrant)
}

const isGrant = (value: unknown): boolean =>
  isRecord(value) && isId(value['id']) && isId(value['credit']) && value['credit'] > 0
