/** Time that moves only when a test says so. */

import type { Clock, Timer } from '../contract/clock.ts'

interface Pending {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock at 0 whose timers fire in `advance`, in order of their time, then of their making. */
export class FakeClock implements Clock {
  #nowMs = 0
  #order = 0
  readonly #timers = new Set<Pending>()
  #soon: (() => void)[] = []

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.add(pending)
    return { cancel: () => this.#timers.delete(pending) }
  }

  soon(callback: () => void): void {
    this.#soon.push(callback)
  }

  /** Timers that have not fired; 0 shows that nothing was left behind. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Ends the present turn: runs what was asked for `soon`, and what that asks for. */
  flush(): void {
    while (this.#soon.length > 0) {
      const callbacks = this.#soon
      this.#soon = []
      for (const callback of callbacks) callback()
    }
  }

  /** Moves time on, firing each timer at its own time, with a turn of the event loop after each. */
  advance(milliseconds: number): void {
    const endMs = this.#nowMs + milliseconds
    this.flush()
    for (let next = this.#nextBefore(endMs); next !== undefined; next = this.#nextBefore(endMs)) {
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
      this.flush()
    }
    this.#nowMs = endMs
  }

  #nextBefore(endMs: number): Pending | undefined {
    let first: Pending | undefined
    for (const timer of this.#timers) {
      if (timer.atMs > endMs) continue
      if (
        first === undefined ||
        timer.atMs < first.atMs ||
        (timer.atMs === first.atMs && timer.order < first.order)
      ) {
        first = timer
      }
    }
    return first
  }
}
