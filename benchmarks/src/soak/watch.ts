/** Looks at a server from outside, again and again. */

import { setTimeout as sleep } from 'node:timers/promises'
import { openHandles, residentBytes } from '../process-tree.ts'
import type { Sample } from '../report/slope.ts'

/** What is looked at. */
export const series = ['residentMb', 'handles', 'lagMs'] as const
export type SeriesName = (typeof series)[number]

/** All that was seen in a phase. */
export type PhaseSeries = Readonly<Record<SeriesName, Sample[]>>

/** A phase by name. */
export interface Phase {
  readonly name: string
  readonly series: PhaseSeries
}

/** Watches a server and all its processes until told to stop. */
export class Watch {
  readonly phases: Phase[] = []
  readonly #server: { readonly pid: number; readonly url: string }
  readonly #everyMs: number
  readonly #over = new AbortController()
  readonly #startMs = performance.now()
  readonly #looking: Promise<void>

  constructor(server: { readonly pid: number; readonly url: string }, everyMs: number) {
    this.#server = server
    this.#everyMs = everyMs
    this.#looking = this.#lookOn()
  }

  /** What is seen from now on belongs to this phase. */
  begin(name: string): void {
    this.phases.push({ name, series: { residentMb: [], handles: [], lagMs: [] } })
  }

  async stop(): Promise<void> {
    this.#over.abort()
    await this.#looking
  }

  async #lookOn(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#look()
      await sleep(this.#everyMs, undefined, { signal: this.#over.signal }).catch(() => {})
    }
  }

  async #look(): Promise<void> {
    const seconds = (performance.now() - this.#startMs) / 1000
    const { pid, url } = this.#server
    const now = this.phases.at(-1)?.series
    const lagMs = await lagOf(url)
    now?.residentMb.push({ seconds, value: residentBytes(pid) / 2 ** 20 })
    now?.handles.push({ seconds, value: openHandles(pid) })
    if (lagMs !== undefined) now?.lagMs.push({ seconds, value: lagMs })
  }
}

/** 99th percentile of the ingress process's event-loop lag since it was asked last. */
async function lagOf(url: string): Promise<number | undefined> {
  try {
    const page = await (await fetch(`${url}/metrics`)).text()
    const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(page)?.[1]
    return seconds === undefined ? undefined : Number(seconds) * 1000
  } catch {
    return undefined
  }
}
