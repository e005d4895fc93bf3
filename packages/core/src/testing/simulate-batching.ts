/** One stage in exact simulated time: what a batch policy makes of arrivals, with nothing else in the way. */

import type { BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'
import { Batcher } from '../stage/batcher.ts'

/** What is simulated. */
export interface BatchingScenario {
  readonly policy: BatchPolicy
  readonly limits: BatchLimits
  readonly replicas: number
  /** Work of a replica on a batch of so many tasks, in milliseconds, above 0. */
  readonly costMs: (size: number) => number
  /** When tasks come, ascending, in milliseconds; those of one time come in one turn. */
  readonly arrivalsMs: Float64Array
}

/** What came of it, without the first tenth, in which the policy learns. */
export interface BatchingResult {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly meanMs: number
  /** Tasks in a batch, on average. */
  readonly batchSize: number
  /** Tasks done a millisecond, from the first arrival to the end. */
  readonly perMs: number
}

interface Running {
  readonly size: number
  readonly startMs: number
  readonly endMs: number
}

/** Plays a scenario to its end. */
export function simulateBatching(scenario: BatchingScenario): BatchingResult {
  return new Simulation(scenario).run()
}

class Simulation {
  readonly #scenario: BatchingScenario
  readonly #batcher: Batcher
  readonly #running: Running[] = []
  readonly #latenciesMs: Float64Array
  #nowMs = 0
  #alarmMs = Number.POSITIVE_INFINITY
  /** Tasks that came, and of those the ones that were sent. */
  #came = 0
  #sent = 0
  /** Tasks that do not count, and batches of those that do. */
  readonly #learning: number
  #batches = 0

  constructor(scenario: BatchingScenario) {
    this.#scenario = scenario
    this.#batcher = new Batcher(scenario.policy, scenario.limits)
    this.#latenciesMs = new Float64Array(scenario.arrivalsMs.length)
    this.#learning = Math.floor(scenario.arrivalsMs.length / 10)
  }

  run(): BatchingResult {
    const count = this.#latenciesMs.length
    while (this.#sent < count || this.#running.length > 0) {
      this.#next()
      this.#pump()
    }
    const steady = this.#latenciesMs.slice(this.#learning).sort()
    return {
      p50Ms: steady[Math.floor(steady.length * 0.5)] ?? 0,
      p99Ms: steady[Math.floor(steady.length * 0.99)] ?? 0,
      meanMs: steady.reduce((sum, ms) => sum + ms, 0) / steady.length,
      batchSize: steady.length / this.#batches,
      perMs: count / (this.#nowMs - (this.#scenario.arrivalsMs[0] ?? 0)),
    }
  }

  /** Goes on to the next thing that happens: an arrival, the end of a batch, or the end of a wait. */
  #next(): void {
    const { arrivalsMs } = this.#scenario
    const arrivalMs = arrivalsMs[this.#came] ?? Number.POSITIVE_INFINITY
    const [first] = this.#running
    this.#nowMs = Math.min(arrivalMs, first?.endMs ?? Number.POSITIVE_INFINITY, this.#alarmMs)
    if (first?.endMs === this.#nowMs) {
      this.#running.shift()
      this.#batcher.worked(first.size, this.#nowMs - first.startMs)
    } else if (arrivalMs === this.#nowMs) {
      this.#came++
      this.#batcher.arrived(this.#nowMs)
      for (; arrivalsMs[this.#came] === arrivalMs; this.#came++) this.#batcher.joined()
    }
  }

  #pump(): void {
    const { replicas, arrivalsMs } = this.#scenario
    this.#alarmMs = Number.POSITIVE_INFINITY
    while (this.#came > this.#sent && this.#running.length < replicas) {
      const queue = {
        length: this.#came - this.#sent,
        oldestMs: arrivalsMs[this.#sent] ?? 0,
        deadlineMs: Number.POSITIVE_INFINITY,
      }
      const decision = this.#batcher.decide(queue, this.#nowMs, replicas)
      if (decision.send === undefined) {
        this.#alarmMs = decision.waitUntilMs
        return
      }
      this.#send(decision.send)
    }
  }

  #send(size: number): void {
    const endMs = this.#nowMs + this.#scenario.costMs(size)
    for (let index = this.#sent; index < this.#sent + size; index++) {
      this.#latenciesMs[index] = endMs - (this.#scenario.arrivalsMs[index] ?? 0)
    }
    if (this.#sent >= this.#learning) this.#batches++
    this.#sent += size
    const at = this.#running.findIndex((other) => other.endMs > endMs)
    this.#running.splice(at === -1 ? this.#running.length : at, 0, { size, startMs: this.#nowMs, endMs })
  }
}
