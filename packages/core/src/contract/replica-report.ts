/** What a replica says of itself while it lives, for metrics and for people. */

/** What computes in a replica. */
export interface RuntimeInfo {
  /** The library: `tfjs`, `onnx`. */
  readonly runtime: string
  /** What it computes on: `wasm`, `cuda`. */
  readonly backend: string
}

/** A replica's own facts and numbers. Each call adds to what it said before; a name that comes again is replaced. */
export interface ReplicaReport {
  readonly runtime?: RuntimeInfo
  /** Numbers that rise and fall: names of lower-case letters, digits and `_`; at most 32 in a replica. */
  readonly gauges?: Readonly<Record<string, number>>
}

/** Most gauges of one replica: each is a series in the metrics. */
const MAX_GAUGES = 32

/** What keeps a report from being one; undefined when nothing does. */
export function reportProblem({ runtime, gauges = {} }: ReplicaReport): string | undefined {
  if (runtime !== undefined && !(isLabel(runtime.runtime) && isLabel(runtime.backend))) {
    return 'runtime and backend are texts of 1 to 64 characters'
  }
  const entries = Object.entries(gauges)
  if (entries.length > MAX_GAUGES) return `a replica has at most ${MAX_GAUGES} gauges, got ${entries.length}`
  const wrong = entries.find(
    ([name, value]) => !/^[a-z][a-z0-9_]{0,63}$/.test(name) || !Number.isFinite(value),
  )
  if (wrong === undefined) return undefined
  return `a gauge has a name of lower-case letters, digits and "_" and a finite number, got ${JSON.stringify(wrong[0])}: ${String(wrong[1])}`
}

const isLabel = (value: unknown): boolean => typeof value === 'string' && /^[^\n]{1,64}$/.test(value)
