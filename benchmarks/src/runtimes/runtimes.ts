/** Models on each runtime: time of an item by batch size, and what the adapter costs. */

import { barChart } from '../report/bar-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import type { Workload } from '../workload.ts'
import type { AdapterCost } from './adapter-cost.ts'
import { caseName, runtimeCases } from './cases.ts'
import type { CaseResult } from './measure-case.ts'
import { measureApart } from './own-process.ts'
import type { RuntimeCase } from './runtime-case.ts'

const batchSizes = [1, 2, 4, 8, 16, 32]
const quickBatchSizes = [1, 8]
/** For one measurement of a case, of which there are some. */
const limitMs = 15_000
const quickLimitMs = 2000

/** What was measured, and why the others were not. */
export interface RuntimesData {
  readonly results: readonly CaseResult[]
  readonly missing: readonly string[]
}

export const runtimes: Workload<RuntimesData> = {
  id: 'runtimes',
  title: 'models: ms per item by batch size, and the cost of the adapter',
  leftOutOfQuick: 'models on each runtime and backend take minutes',
  defaults: (isQuick) => ({ rounds: isQuick ? 5 : 25, seconds: 0, minutes: 0 }),
  measure: async ({ rounds, isQuick, print, save }) => {
    const sizes = isQuick ? quickBatchSizes : batchSizes
    const options = { batchSizes: sizes, rounds, limitMs: isQuick ? quickLimitMs : limitMs }
    const results: CaseResult[] = []
    const missing: string[] = []
    for (const one of runtimeCases()) {
      print(`  ${caseName(one)}: `)
      const told = whyNot(one, missing, isQuick) ?? (await measureApart(one, options))
      if ('missing' in told) missing.push(`not measured: ${caseName(one)}: ${told.missing}`)
      else results.push(told)
      print(`${'missing' in told ? `not measured, ${told.missing}` : lineOf(told)}\n`)
      await save({ results, missing })
    }
    return { results, missing }
  },
  report: ({ results, missing }) => ({
    text: [tableOf(results), '', ...missing].join('\n'),
    charts: { items: chartOf(results) },
  }),
}

interface Missing {
  readonly missing: string
}

/** What need not be tried: a backend that was not there for another model will not be for this one. */
function whyNot(one: RuntimeCase, missing: readonly string[], isQuick: boolean): Missing | undefined {
  if (isQuick && one.isSlow === true) return { missing: 'too slow for --quick' }
  const { runtime, backend } = one
  const isAbsent = runtimeCases().some(
    (other) =>
      other.runtime === runtime &&
      other.backend === backend &&
      missing.some((line) => line.startsWith(`not measured: ${caseName(other)}: `) && lacksBackend(line)),
  )
  return isAbsent ? { missing: 'no such backend here, see above' } : undefined
}

const lacksBackend = (line: string): boolean =>
  /no (TensorFlow\.js backend|onnxruntime provider) works/.test(line)

function lineOf({ msPerItem, costAt8 }: CaseResult): string {
  const times = Object.entries(msPerItem).map(([size, ms]) => `${ms.toPrecision(3)} ms at ${size}`)
  return [...times, ...(costAt8 === null ? [] : [`adapter ${costText(costAt8)}`])].join(', ')
}

const costText = ({ time, noise, undisturbed }: AdapterCost): string =>
  `${percent(time)} (± ${percent(noise)}), undisturbed ${percent(undisturbed)}`

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

function tableOf(results: readonly CaseResult[]): string {
  const sizes = batchSizes.filter((size) => results.some(({ msPerItem }) => size in msPerItem))
  const head = ['runtime', 'model', 'backend', ...sizes.map((size) => `batch ${size}`), 'adapter at 8']
  const rows = results.map(({ runtime, model, backend, msPerItem, costAt8 }) => [
    runtime,
    model,
    backend,
    ...sizes.map((size) => msPerItem[size]?.toPrecision(3) ?? ''),
    costAt8 === null ? '' : costText(costAt8),
  ])
  return markdownTable(head, rows)
}

function chartOf(results: readonly CaseResult[]): string {
  return barChart({
    title: 'Milliseconds of an item, by batch size',
    groups: results.map(({ runtime, model, backend, msPerItem }) => ({
      name: `${runtime}, ${model}, ${backend}`,
      bars: Object.entries(msPerItem).map(([size, value]) => ({ name: `batch ${size}`, value })),
    })),
  })
}
