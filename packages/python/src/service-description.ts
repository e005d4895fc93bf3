/** What the process of a service file says, checked on arrival; written by `python/mosec_replica/service.py`. */

/** A `Runtime` of Mosec's. */
export interface ServiceStage {
  readonly target: string
  readonly name: string
  readonly replicas: number
  readonly maxBatchSize: number
  /** Null when the file does not say. */
  readonly maxWaitMs: number | null
  readonly timeoutMs: number
  /** One entry per replica. */
  readonly env: readonly Readonly<Record<string, string>>[] | null
}

/** Everything that the file has told its server. */
export interface ServiceDescription {
  readonly stages: readonly ServiceStage[]
  /** Stages by their index, in order. */
  readonly routes: readonly { readonly path: string; readonly stages: readonly number[] }[]
  /** Variables that the file has set, for all its replicas. */
  readonly env: Readonly<Record<string, string>>
}

/** A message of the file's process. */
export type ServiceMessage =
  | { readonly type: 'mosec:service'; readonly service: ServiceDescription }
  | { readonly type: 'mosec:daemon'; readonly name: string; readonly code: number }
  | { readonly type: 'mosec:failed'; readonly message: string; readonly stack: string }

/** The message, or undefined for anything else. */
export function parseService(value: unknown): ServiceMessage | undefined {
  if (!isRecord(value)) return undefined
  const { type, service, name, code, message, stack } = value
  if (type === 'mosec:daemon' && typeof name === 'string' && typeof code === 'number') {
    return { type, name, code }
  }
  if (type === 'mosec:failed' && typeof message === 'string' && typeof stack === 'string') {
    return { type, message, stack }
  }
  return type === 'mosec:service' && isDescription(service) ? { type, service } : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string')

function isDescription(value: unknown): value is ServiceDescription {
  if (!isRecord(value)) return false
  const { stages, routes, env } = value
  return (
    Array.isArray(stages) &&
    stages.every(isStage) &&
    Array.isArray(routes) &&
    routes.every((route) => isRoute(route, stages.length)) &&
    isTexts(env)
  )
}

function isStage(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { target, name, replicas, maxBatchSize, maxWaitMs, timeoutMs, env } = value
  return (
    [target, name].every((text) => typeof text === 'string') &&
    [replicas, maxBatchSize, timeoutMs].every((number) => typeof number === 'number') &&
    (maxWaitMs === null || typeof maxWaitMs === 'number') &&
    (env === null || (Array.isArray(env) && env.every(isTexts)))
  )
}

function isRoute(value: unknown, stageCount: number): boolean {
  if (!isRecord(value)) return false
  const { path, stages } = value
  return (
    typeof path === 'string' &&
    Array.isArray(stages) &&
    stages.every((index) => Number.isInteger(index) && index >= 0 && index < stageCount)
  )
}
