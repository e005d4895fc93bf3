/** How far one stream may run ahead of those who take its events. */

import { creditOf, STREAM_WINDOW } from '@mosec/core'
import { type Deferred, deferred } from '../deferred.ts'

/** Credit is spent by events and comes back by grants; without it the stream waits. */
export class StreamWindow {
  #credit = STREAM_WINDOW
  #isReleased = false
  #opened: Deferred<void> | undefined

  /** The credit is used up. */
  get isShut(): boolean {
    return this.#credit <= 0 && !this.#isReleased
  }

  spend(event: Uint8Array): void {
    this.#credit -= creditOf(event)
  }

  /** The parent gives credit back. */
  grant(credit: number): void {
    this.#credit += credit
    this.#wake()
  }

  /** Nobody waits for the stream any more: it need not wait either. */
  release(): void {
    this.#isReleased = true
    this.#wake()
  }

  /** Resolves when it is not shut, to be asked for when it is. */
  opened(): Promise<void> {
    this.#opened ??= deferred()
    return this.#opened.promise
  }

  #wake(): void {
    if (this.isShut) return
    this.#opened?.resolve()
    this.#opened = undefined
  }
}
