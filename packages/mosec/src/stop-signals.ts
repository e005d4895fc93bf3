/** SIGINT and SIGTERM: the first asks for a clean stop, the second ends everything at once. */

import { constants } from 'node:os'
import { type Logger, systemClock } from '@mosec/core'

/** What the signals lead to. */
export interface StopSignalsOptions {
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
  readonly logger: Logger
}

const names = ['SIGINT', 'SIGTERM'] as const

/** Who signals a process and its group, as timeout(1) does, sends one request twice. */
const SAME_REQUEST_MS = 20

/** Listens from its making until `release`. */
export class StopSignals {
  /** Resolves at the first signal. */
  readonly asked: Promise<void>
  readonly #options: StopSignalsOptions
  #resolveAsked: () => void = () => {}
  #askedMs: number | undefined

  constructor(options: StopSignalsOptions) {
    this.#options = options
    this.asked = new Promise((resolve) => {
      this.#resolveAsked = resolve
    })
    for (const name of names) process.on(name, this.#received)
  }

  get isAsked(): boolean {
    return this.#askedMs !== undefined
  }

  /** Leaves the signals to whoever comes next. */
  release(): void {
    for (const name of names) process.off(name, this.#received)
  }

  readonly #received = (name: (typeof names)[number]): void => {
    const nowMs = systemClock.now()
    if (this.#askedMs !== undefined) {
      if (nowMs - this.#askedMs > SAME_REQUEST_MS) void this.#endNow(name)
      return
    }
    this.#askedMs = nowMs
    this.#options.logger.info(`${name}: finishing what is in flight; once more to end at once`)
    this.#resolveAsked()
    this.#options.stop().catch((error: unknown) => this.#options.logger.error('the stop failed', { error }))
  }

  async #endNow(name: (typeof names)[number]): Promise<never> {
    this.#options.logger.warning(`${name} again: ending at once`)
    await this.#options.kill()
    return process.exit(128 + constants.signals[name])
  }
}
