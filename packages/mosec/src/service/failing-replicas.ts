/** Which replicas die again and again, for who asks whether the service is well. */

import type { Clock, FailingReplica, Observer, ReplicaChanged } from '@mosec/core'

interface Failing {
  readonly change: ReplicaChanged
  /** Clock milliseconds of its next start; undefined while it does not wait for one. */
  readonly retryAtMs: number | undefined
}

/** An observer that remembers those whose deaths are not forgotten yet. */
export class FailingReplicas implements Observer {
  readonly #clock: Clock
  readonly #byPlace = new Map<string, Failing>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  replicaChanged(change: ReplicaChanged): void {
    const { stage, replica, state, deaths = 0, retryInMs } = change
    const place = `${stage} ${replica}`
    if (deaths === 0 || state === 'stopping' || state === 'stopped') this.#byPlace.delete(place)
    else {
      const retryAtMs = retryInMs === undefined ? undefined : this.#clock.now() + retryInMs
      this.#byPlace.set(place, { change, retryAtMs })
    }
  }

  /** How they are now. Not why: that may be in the words of the user's error, which the log keeps. */
  list(): FailingReplica[] {
    const nowMs = this.#clock.now()
    return [...this.#byPlace.values()].map(({ change, retryAtMs }) => {
      const { stage, replica, state, deaths = 0, restarts } = change
      const failing = { stage, replica, state, deaths, restarts }
      return retryAtMs === undefined
        ? failing
        : { ...failing, retryInMs: Math.max(0, Math.round(retryAtMs - nowMs)) }
    })
  }
}
