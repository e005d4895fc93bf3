/** Findings as lines for a person. */

import { inspect } from 'node:util'
import type { Finding, FindingStatus } from '@mosec/core'
import type { Verdict } from './verdict.ts'

/** Where lines go. */
export interface ReportStream {
  readonly isTTY?: boolean | undefined
  hasColors?(): boolean
  write(text: string): unknown
}

const colors = { ok: 'green', warning: 'yellow', absent: 'gray', problem: 'red' } as const
const STATUS_WIDTH = 'warning'.length
const SUBJECT_WIDTH = 'tfjs/tensorflow-gpu'.length

/** Writes each finding when it is there, in columns; colours only on a terminal that has them. */
export class Report {
  readonly #stream: ReportStream
  readonly #isColored: boolean

  constructor(stream: ReportStream) {
    this.#stream = stream
    this.#isColored = stream.isTTY === true && (stream.hasColors?.() ?? false)
  }

  /** A heading over the findings that follow. */
  heading(text: string): void {
    this.#stream.write(`${text}\n`)
  }

  /** One line, and a second with the next step. */
  finding({ subject, status, summary, nextStep, details }: Finding): void {
    const timing = timingOf(details)
    this.#stream.write(
      `  ${this.#paint(status, status.padEnd(STATUS_WIDTH))}  ${subject.padEnd(SUBJECT_WIDTH)}  ${summary}${timing}\n`,
    )
    if (nextStep !== undefined) this.#nextStep(nextStep)
  }

  /** The last line. */
  verdict({ isWell, message, nextStep }: Verdict): void {
    const status = isWell ? 'ok' : 'problem'
    this.#stream.write(`\n${this.#paint(status, isWell ? 'well' : 'not well')}: ${message}\n`)
    if (nextStep !== undefined) this.#stream.write(`next: ${nextStep}\n`)
  }

  #nextStep(text: string): void {
    this.#stream.write(`${' '.repeat(STATUS_WIDTH + SUBJECT_WIDTH + 6)}-> ${text}\n`)
  }

  #paint(status: FindingStatus, text: string): string {
    if (!this.#isColored) return text
    const [begin, end] = inspect.colors[colors[status]] ?? []
    return `\u001b[${begin}m${text}\u001b[${end}m`
  }
}

/** Backends are told apart by their speed, so it stands in the line. */
function timingOf(details: Finding['details']): string {
  const loadMs = details?.['loadMs']
  const productMs = details?.['productMs']
  if (typeof loadMs !== 'number' || typeof productMs !== 'number') return ''
  return `; loads in ${Math.round(loadMs)} ms, a 256x256 product takes ${shownMs(productMs)} ms`
}

// toPrecision alone would write 140 as 1.4e+2.
const shownMs = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(2))
