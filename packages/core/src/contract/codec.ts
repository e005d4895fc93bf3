/** Bytes <-> values at the two ends of a pipeline. */

/** A format that clients speak. Runs in the replica, never in the ingress event loop. */
export interface Codec {
  /** Short lower-case name, unique among the codecs of a route: `json`, `msgpack`. */
  readonly name: string
  /**
   * MIME types that it reads and writes, lower case, without parameters; the first one labels its answers.
   * A request whose `Content-Type` is none of them is not this codec's.
   */
  readonly mimeTypes: readonly [string, ...string[]]
  /**
   * URL of a module whose default export is this codec (or a function that makes it). Needed only when the codec
   * is named on a route whose workers are named by module, since their processes load it from there.
   */
  readonly module?: string
  /**
   * Value to bytes.
   * @throws EncodingError when the value has no such form.
   */
  encode(value: unknown): Uint8Array
  /**
   * Bytes to value. They are a view, often a Node Buffer, at any offset of a larger buffer. They are the codec's own:
   * it may keep views into them. A Buffer's `slice` is a view too; `new Uint8Array(bytes)` copies.
   * @throws DecodingError when the bytes are not of this format; the message says what is wrong, and where.
   */
  decode(bytes: Uint8Array): unknown
}
