/** What a worker says of itself, on its way to the server: all of it together, and not too often. */

import { type Clock, type ReplicaReport, reportProblem } from '@mosec/core'

/** A report that follows another waits so long: metrics are read every few seconds. */
const INTERVAL_MS = 1_000

/** Keeps what was said in this life of the replica, and sends the whole when it changed. */
export class ReportOutbox {
  readonly #clock: Clock
  readonly #send: (report: ReplicaReport) => void
  #said: ReplicaReport = {}
  #isResting = false
  #isStale = false

  constructor(clock: Clock, send: (report: ReplicaReport) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** Adds to what was said; what stays the same is not sent again. @throws RangeError when it is no report. */
  add(report: ReplicaReport): void {
    const said = { ...this.#said, ...report, gauges: { ...this.#said.gauges, ...report.gauges } }
    const problem = reportProblem(said)
    if (problem !== undefined) throw new RangeError(`report: ${problem}`)
    if (JSON.stringify(said) === JSON.stringify(this.#said)) return
    this.#said = said
    if (this.#isResting) this.#isStale = true
    else this.#leave()
  }

  #leave(): void {
    this.#isStale = false
    this.#isResting = true
    this.#send(this.#said)
    this.#clock.after(INTERVAL_MS, () => {
      this.#isResting = false
      if (this.#isStale) this.#leave()
    })
  }
}
