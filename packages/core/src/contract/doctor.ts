/** What `mosec doctor` asks of a runtime package; such a package exports a `doctor` from `<package>/doctor`. */

/**
 * How it is: `ok`; `warning`, it works, but not as well as it could; `absent`, it is not installed or this machine lacks
 * it, which nobody may miss; `problem`, it is there and does not work.
 */
export type FindingStatus = 'ok' | 'warning' | 'absent' | 'problem'

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at, in few words: `Node`, `tfjs/wasm`, `open files`. */
  readonly subject: string
  readonly status: FindingStatus
  /** What was found, in one line. */
  readonly summary: string
  /** What to do next, where there is something to do: a command where possible. */
  readonly nextStep?: string
  /** The same for programs, with units in the names; must survive JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** How long a backend took: what every runtime gives in {@link Finding.details}, so that backends can be compared. */
export interface BackendTiming {
  /** From the first import to the first right result, in milliseconds. */
  readonly loadMs: number
  /** The median time of a float32 product of two 256x256 matrices, result read back, in milliseconds. */
  readonly productMs: number
}

/** A runtime's checks of its own backends. */
export interface RuntimeDoctor {
  /** Short, as it stands before a backend's name: `tfjs`. */
  readonly runtime: string
  /** What can compute, best first: what `mosec doctor --backend` takes. */
  readonly backends: readonly string[]
  /**
   * Loads one backend, computes a known product with it and measures one of 256x256. It is called in a process of its own
   * which ends afterwards, because native code may crash or hang, and leaves the process with a backend chosen.
   * A backend that cannot be used is a finding, not an error.
   */
  examine(backend: string): Promise<Finding>
}
