/** Answers those who are refused for want of room a few at a time. */

import type { Clock, Logger, Outcome } from '@mosec/core'

/** Answers in one turn of the event loop. */
const A_TURN = 4

/** The scheduler took nothing in, since it has too much already. */
export const isForWantOfRoom = ({ code }: Outcome): boolean => code === 'overloaded' || code === 'queue_full'

/** What it needs. */
export interface RefusalPaceOptions {
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Of one face. Clients that come back as soon as they are refused cost the server as much as those that it serves, and
 * all the more with large bodies; when there are many of them nothing else would get through: no answer of a replica,
 * whose batches then look slow, so that the more are refused (512 clients with 150 kB each: one answer in 80 requests).
 * In a turn that answers few of them, few come back. A server that has nothing else to do has many turns.
 */
export class RefusalPace {
  readonly #options: RefusalPaceOptions
  readonly #waiting: (() => void)[] = []
  #isAsked = false

  constructor(options: RefusalPaceOptions) {
    this.#options = options
  }

  /** Gives the answer in a turn that has few others to give. */
  later(answer: () => void): void {
    this.#waiting.push(answer)
    if (!this.#isAsked) this.#ask()
  }

  #ask(): void {
    this.#isAsked = true
    this.#options.clock.soon(() => this.#turn())
  }

  #turn(): void {
    this.#isAsked = false
    for (const answer of this.#waiting.splice(0, A_TURN)) this.#try(answer)
    if (this.#waiting.length > 0) this.#ask()
  }

  #try(answer: () => void): void {
    try {
      answer()
    } catch (error) {
      this.#options.logger.error('a refusal could not be answered', { error })
    }
  }
}
