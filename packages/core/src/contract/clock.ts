/** Time as a port: the only place where core reads the time or sets a timer. */

/** A pending callback. */
export interface Timer {
  /** Prevents the callback; harmless when it already ran. */
  cancel(): void
}

/** Source of time for everything in core. Tests pass a fake one (`@mosec/core/testing`). */
export interface Clock {
  /** Monotonic milliseconds with a fraction; the origin means nothing. */
  now(): number
  /** Runs `callback` once, not before `delayMs` from now; a time that is past is now. */
  after(delayMs: number, callback: () => void): Timer
  /**
   * Runs `callback` once, when the present turn of the event loop has handled its input.
   * Work that arrived in one turn is so handled together; it costs no waiting.
   */
  soon(callback: () => void): void
}

/** The machine's clock. A pending timer of its own does not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    // From Node 24 on a negative time is warned of on stderr.
    const timeout = setTimeout(callback, Math.max(0, delayMs))
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
  soon: (callback) => {
    setImmediate(callback)
  },
}
