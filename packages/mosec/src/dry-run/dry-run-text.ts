/** The lines of a dry run's report. */

import type { NamedRoute } from '../blueprint.ts'
import type { RunReport, RunResult } from './visit.ts'

/** Begins a route's part. */
export const routeTitle = ({ path, stages }: NamedRoute): string => `\n${path}: ${stages.join(' -> ')}`

/** Begins an example's part. */
export const exampleTitle = (number: number, count: number): string => `  example ${number} of ${count}`

/** Said instead of examples. */
export const noExampleLine = ({ path, stages }: NamedRoute): string =>
  `the worker of ${stages[0]} has neither example nor examples, so nothing went through ${path}`

/** One stage's run: its name and time, what went in, what came out. */
export function runLines(stage: string, { input, durationMs, result }: RunReport): string[] {
  const lines = [`    ${stage}: ${durationMs.toFixed(1)} ms`]
  if (input !== undefined) lines.push(`      in   ${input}`)
  lines.push(result.isFailure ? `      FAILED  ${oneLine(result.message)}` : `      out  ${outputOf(result)}`)
  return lines
}

/** What the whole run came to. */
export interface DryRunSummary {
  readonly examples: number
  readonly stages: number
  /** Name of the stage that failed, once for each example that did not go through. */
  readonly failed: readonly string[]
}

/** Ends the report. */
export function summaryLine({ examples, stages, failed }: DryRunSummary): string {
  if (failed.length === 0 && examples === 0)
    return `\ndry run: ${count(stages, 'stage')} started, no example to run`
  if (failed.length === 0) return `\ndry run passed: ${count(examples, 'example')}, ${count(stages, 'stage')}`
  const names = [...new Set(failed)].join(', ')
  return `\ndry run FAILED in ${names}: ${failed.length} of ${count(examples, 'example')} did not go through`
}

function outputOf({ output, bytes, mimeType }: RunResult): string {
  const size = `${count(bytes.byteLength, 'byte')}${mimeType === undefined ? '' : ` of ${mimeType}`}`
  return `${output}  (${size})`
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' - ').slice(0, 500)
