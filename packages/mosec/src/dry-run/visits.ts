/** Asks replicas in a dry run; every stage is a route of its own, so that each step is seen by itself. */

import { readValue, type Submitter, writeValue } from '@mosec/core'
import type { NamedStage } from '../blueprint.ts'
import { isLauncher } from '../check-worker.ts'
import { type CommonForm, loadCommonForm } from '../replica/common-form.ts'
import { submitBytes } from '../service/in-process.ts'
import type { Ask, CountReport, Report, RunAsk, RunReport } from './visit.ts'

const native: CommonForm = { encode: (value) => writeValue(value), decode: readValue }

/** The stages as a dry run sees them. */
export class Visits {
  readonly #submitter: Submitter
  readonly #stages: readonly NamedStage[]
  readonly #signal: AbortSignal

  constructor(submitter: Submitter, stages: readonly NamedStage[], signal: AbortSignal) {
    this.#submitter = submitter
    this.#stages = stages
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
    const { encode, decode } = await this.#form(stage)
    const request = {
      route: stage,
      bytes: encode(ask),
      event: (bytes: Uint8Array) => {
        event = bytes
        return true
      },
    }
    const bytes = await submitBytes(this.#submitter, request, { signal: this.#signal })
    const report = event === undefined ? bytes : Buffer.from(Buffer.from(event).toString(), 'base64')
    return decode(report) as Report
  }

  /** A stage of another kind is asked in the common form. */
  async #form(name: string): Promise<CommonForm> {
    const stage = this.#stages.find((stage) => stage.name === name)
    const isForeign = stage !== undefined && isLauncher(stage.worker)
    return isForeign && stage.ipc.module !== null ? loadCommonForm(stage.ipc.module) : native
  }
}
