/** Where results go: JSON and SVG in `results/` or `results/quick/`, and the charts that the docs show in `docs/img/`. */

import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Finding } from './report/findings.ts'

/** Options of {@link ResultFiles}. */
export interface ResultFilesOptions {
  /** What the figures were measured on. */
  readonly machine: string
  /** Quick runs have a folder of their own, so that they do not write over whole ones. */
  readonly isQuick: boolean
  /** Whether charts are to be seen in the docs, which git keeps. */
  readonly isPublished: boolean
  /** Instead of `results/`. */
  readonly to?: string
}

/** What is kept of a workload. */
export interface WorkloadResult {
  readonly title: string
  readonly findings?: readonly Finding[]
  readonly data: unknown
}

const folder = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const published = folder('../../docs/img')

export class ResultFiles {
  readonly #options: ResultFilesOptions
  readonly #results: string
  readonly #startedAt = new Date().toISOString()

  constructor(options: ResultFilesOptions) {
    this.#options = options
    this.#results = options.to ?? folder(options.isQuick ? '../results/quick' : '../results')
  }

  /** Writes `results/<id>.json`, over what an earlier run left. */
  async save(id: string, result: WorkloadResult): Promise<void> {
    await mkdir(this.#results, { recursive: true })
    const { machine } = this.#options
    const kept = { id, startedAt: this.#startedAt, machine, ...result }
    await writeFile(`${this.#results}/${id}.json`, `${JSON.stringify(kept, null, 2)}\n`)
  }

  /** Writes `<id>-<name>.svg`. */
  async draw(id: string, charts: Readonly<Record<string, string>>): Promise<void> {
    for (const to of this.#options.isPublished ? [this.#results, published] : [this.#results]) {
      await mkdir(to, { recursive: true })
      for (const [name, svg] of Object.entries(charts)) await writeFile(`${to}/${id}-${name}.svg`, svg)
    }
  }
}
