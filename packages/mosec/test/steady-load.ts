/** Clients that ask again soon after they are answered, and count. */

import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { post } from './square-client.ts'

/** What the fixture `scaled` answers. */
export interface ScaledAnswer {
  readonly replica: number
  readonly maxBatchSize: number
  /** Tasks in its batch. */
  readonly size: number
  readonly pid: number
  readonly device?: string
}

/** Between two requests of a lane, so that replicas which start have the processor, in milliseconds. */
const PAUSE_MS = 5

/** A closed loop over some lanes, from its making to `stop`. */
export class SteadyLoad {
  /** Everything but 200. */
  readonly failures: unknown[] = []
  served = 0
  readonly #answers: ScaledAnswer[] = []
  readonly #running: Promise<unknown>
  #isStopped = false

  constructor(program: Parameters<typeof post>[0], lanes = 2) {
    this.#running = Promise.all(Array.from({ length: lanes }, () => this.#lane(program)))
  }

  /** Answers since the last look. */
  take(): ScaledAnswer[] {
    return this.#answers.splice(0)
  }

  /** Waits until so many more were answered; gives those answers. */
  async more(count: number): Promise<ScaledAnswer[]> {
    this.take()
    await this.until(() => this.#answers.length >= count)
    return this.take()
  }

  /** Waits for what the answers make true. */
  async until(isDone: (answers: readonly ScaledAnswer[]) => boolean): Promise<void> {
    await expect.poll(() => this.failures.length > 0 || isDone(this.#answers), { timeout: 20_000 }).toBe(true)
    expect(this.failures).toEqual([])
  }

  /** Ends it; fails when one request failed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
    expect(this.failures).toEqual([])
    expect(this.served).toBeGreaterThan(0)
  }

  async #lane(program: Parameters<typeof post>[0]): Promise<void> {
    while (!this.#isStopped && this.failures.length === 0) {
      try {
        const { status, body } = await post(program, {})
        if (status !== 200) this.failures.push({ status, body })
        else this.#answers.push(JSON.parse(body) as ScaledAnswer)
        this.served++
        await pause(PAUSE_MS)
      } catch (error) {
        this.failures.push(error)
      }
    }
  }
}
