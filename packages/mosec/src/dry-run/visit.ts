/** What a dry run asks of a replica, and what the replica tells; both travel as `v8.serialize` writes them. */

/** Parent to replica: how many examples there are, or one run of `forward`. */
export type Ask = { readonly kind: 'count' } | RunAsk

/** One run: on an example of the worker's own, or on what the stage before gave. */
export interface RunAsk {
  readonly kind: 'run'
  readonly input: { readonly example: number } | { readonly bytes: Uint8Array }
  /** The result goes to the client, through the worker's first codec. */
  readonly isLast: boolean
}

/** Replica to parent: inputs that the worker's examples hold. */
export interface CountReport {
  readonly kind: 'count'
  readonly examples: number
}

/** Replica to parent: how a run went. */
export interface RunReport {
  readonly kind: 'run'
  /** The input in words; undefined when it could not be read. */
  readonly input: string | undefined
  /** Time in `forward`, in milliseconds. */
  readonly durationMs: number
  readonly result: RunResult | RunFailure
}

/** It gave a result. */
export interface RunResult {
  readonly isFailure: false
  /** In words. */
  readonly output: string
  /** As it goes to the next stage or to the client. */
  readonly bytes: Uint8Array
  /** MIME type of the client's bytes; undefined between stages. */
  readonly mimeType: string | undefined
}

/** It did not. */
export interface RunFailure {
  readonly isFailure: true
  readonly message: string
}

/** Whatever a replica tells. */
export type Report = CountReport | RunReport
