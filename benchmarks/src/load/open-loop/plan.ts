/** What the generator's process is told, and what it tells back. */

/** One kind of request and its share of all. */
export interface RequestKind {
  readonly name: string
  readonly body: string
  /** 0 to 1; the shares of all kinds add up to 1. */
  readonly share: number
}

/** Sent to the generator's process. */
export interface LoadPlan {
  readonly port: number
  readonly path: string
  readonly kinds: readonly RequestKind[]
  /** Header lines, each ending in CRLF. */
  readonly headers: string
  readonly perSecond: number
  /** Load before anything is counted, in seconds. */
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Answers later than this are late, in milliseconds from the scheduled arrival. */
  readonly deadlineMs: number
  /** Share of clients that close their socket at a random moment before their deadline. */
  readonly leavingShare: number
  readonly seed: number
}

/** How the requests of one kind ended. */
export interface KindReport {
  readonly name: string
  readonly sent: number
  /** Answered 200 by their deadline. */
  readonly good: number
  /** Answered 200 after it. */
  readonly late: number
  /** Left before an answer came. */
  readonly left: number
  /** Answers by status, 200 included. */
  readonly statuses: Readonly<Record<string, number>>
  /**
   * Connections that broke, by reason; `gave up` for clients that had no answer a while after their deadline, `unanswered`
   * for requests that were open at the end.
   */
  readonly failures: Readonly<Record<string, number>>
  /** Of answers with 200, from the scheduled arrival. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Sent back by the generator's process. */
export interface LoadReport {
  readonly kinds: readonly KindReport[]
  /** When requests began to count, as `Date.now()` tells it. */
  readonly countedFrom: number
  /** The generator's own CPU, as a share of one core. */
  readonly cpuShare: number
  /** How late it sent, against its schedule, in milliseconds. */
  readonly p99LagMs: number
  readonly connectionsOpened: number
}
