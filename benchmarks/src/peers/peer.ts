/** A server that can be started, and how. */

/** One of ours, or one that ours are compared with. */
export interface Peer {
  /** `ours`, `ours, thread`, `floor`, `mosec`, `litserve`, `bentoml`, `handmade`. */
  readonly name: string
  /** One of ours: what is wanted is wanted of it. */
  readonly isOurs?: boolean
  /** Command line without flags for the port: the peer's own way is added when it starts. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  /** Prints its address as JSON with a `url` on standard error; otherwise it is told a port by `--port`. */
  readonly tellsUrl: boolean
  /** How it is told the interface to listen on; `--address` when left out. */
  readonly addressFlag?: '--host'
  /** Takes seconds: quick runs do without it. */
  readonly startsSlowly?: true
  /** What it wants for the JSON body that the others get. */
  readonly wrapBody?: (body: string) => string
}
