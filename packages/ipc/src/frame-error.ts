/** What a decoder says of bytes that are no frame. */

/** The peer does not speak the protocol; the connection cannot go on, since the next frame's start is unknown. */
export class FrameError extends Error {
  /** @param expected and @param got complete the sentence `malformed frame: expected ..., got ...`. */
  constructor(expected: string, got: string) {
    super(`malformed frame: expected ${expected}, got ${got}`)
    this.name = 'FrameError'
  }
}
