/** Tells the log of requests without the right token, and lets nobody flood it. */

import type { Clock, Logger, Timer } from '@mosec/core'

/** Once told, the next ones are counted for so long, in milliseconds. */
const PAUSE_MS = 60_000

/** The first refusal is told at once, those of the minute after it as one number. */
export class RefusalLog {
  readonly #clock: Clock
  readonly #logger: Logger
  #untold = 0
  #pause: Timer | undefined

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock
    this.#logger = logger
  }

  /** One more. */
  add(): void {
    this.#untold++
    if (this.#pause === undefined) this.#tell()
  }

  #tell(): void {
    this.#logger.warning('a request for /admin came without the right token', { requests: this.#untold })
    this.#untold = 0
    this.#pause = this.#clock.after(PAUSE_MS, () => {
      this.#pause = undefined
      if (this.#untold > 0) this.#tell()
    })
  }
}
