/** One server under one load: what is compared. */

/** A server that can be started, and how. */
export interface Peer {
  /** `ours`, `floor`, `mosec`, `handmade`. */
  readonly name: string
  /** Command line without flags for the port: the peer's own way is added when it starts. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  /** Prints its address as JSON with a `url` on standard error; otherwise it is told a port by `--port`. */
  readonly tellsUrl: boolean
}

/** A peer in one cell of a workload's table. */
export interface Variant {
  readonly peer: Peer
  readonly cell: string
  readonly connections: number
  readonly body: string
}

/** What one round of a variant measured. */
export interface Measured {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of all processes of the server, in microseconds. */
  readonly cpuUsPerRequest: number
  readonly failures: number
}
