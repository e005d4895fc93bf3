/** Says in the log that requests are refused at the door: at once, then once a minute with how many. */

import type { Clock, Logger, Observer, OutcomeCode } from '@mosec/core'

const PAUSE_MS = 60_000

/** What refuses when there is too much to do; other refusals have lines of their own. */
const reasons: ReadonlySet<OutcomeCode> = new Set<OutcomeCode>(['queue_full', 'overloaded'])

/** Each refusal is in the metrics; a flood of them is no flood of lines. */
export class RefusalLog implements Observer {
  readonly #clock: Clock
  readonly #logger: Logger
  #count = 0
  #saidMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  refused(route: string, code: OutcomeCode): void {
    if (!reasons.has(code)) return
    this.#count++
    const nowMs = this.#clock.now()
    if (nowMs - this.#saidMs < PAUSE_MS) return
    const since = this.#saidMs === Number.NEGATIVE_INFINITY ? '' : ', since this was last said'
    this.#logger.warning(`more comes than can be done: ${this.#count} requests refused${since}`, {
      route,
      code,
    })
    this.#saidMs = nowMs
    this.#count = 0
  }
}
