/** Asks replicas in a dry run; every stage is a route of its own, so that each step is seen by itself. */

import { deserialize, serialize } from 'node:v8'
import type { Submitter } from '@mosec/core'
import { submitBytes } from '../service/in-process.ts'
import type { Ask, CountReport, Report, RunAsk, RunReport } from './visit.ts'

/** The stages as a dry run sees them. */
export class Visits {
  readonly #submitter: Submitter
  readonly #signal: AbortSignal

  constructor(submitter: Submitter, signal: AbortSignal) {
    this.#submitter = submitter
    this.#signal = signal
  }

  /** How many inputs the examples of the stage's worker hold. @throws MosecError when it does not answer. */
  async countExamples(stage: string): Promise<number> {
    const report = (await this.#ask(stage, { kind: 'count' })) as CountReport
    return report.examples
  }

  /** One run of `forward`. A replica that does not answer is a failure like any other. */
  async run(stage: string, ask: RunAsk): Promise<RunReport> {
    const startedMs = performance.now()
    try {
      return (await this.#ask(stage, ask)) as RunReport
    } catch (error) {
      this.#signal.throwIfAborted()
      const message = error instanceof Error ? error.message : String(error)
      const durationMs = performance.now() - startedMs
      return { kind: 'run', input: undefined, durationMs, result: { isFailure: true, message } }
    }
  }

  async #ask(stage: string, ask: Ask): Promise<Report> {
    let event: Uint8Array | undefined
    const request = {
      route: stage,
      bytes: serialize(ask),
      event: (bytes: Uint8Array) => {
        event = bytes
        return true
      },
    }
    const bytes = await submitBytes(this.#submitter, request, { signal: this.#signal })
    return deserialize(event === undefined ? bytes : Buffer.from(Buffer.from(event).toString(), 'base64'))
  }
}
