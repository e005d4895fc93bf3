/** Models on each runtime: time of an item by batch size, and what the adapter costs. */

import { markdownTable } from '../report/markdown-table.ts'
import type { Workload } from '../workload.ts'
import { caseName, runtimeCases } from './cases.ts'
import type { CaseResult } from './measure-case.ts'
import { measureApart } from './own-process.ts'

const batchSizes = [1, 2, 4, 8, 16, 32]

export const runtimes: Workload = {
  id: 'runtimes',
  title: 'models: ms per item by batch size, and the cost of the adapter',
  defaults: (isQuick) => ({ rounds: isQuick ? 5 : 25, seconds: 0, minutes: 0 }),
  run: async ({ rounds, isQuick, print }) => {
    const sizes = isQuick ? [1, 8] : batchSizes
    const results: CaseResult[] = []
    const missing: string[] = []
    for (const name of runtimeCases().map(caseName)) {
      print(`  ${name}\n`)
      const told = await measureApart(name, { batchSizes: sizes, rounds })
      if ('missing' in told) missing.push(`not measured: ${name}: ${told.missing}`)
      else results.push(told)
    }
    return { text: [tableOf(results, sizes), '', ...missing].join('\n'), data: { results, missing } }
  },
}

function tableOf(results: readonly CaseResult[], sizes: readonly number[]): string {
  const head = ['runtime', 'model', 'backend', ...sizes.map((size) => `batch ${size}`), 'adapter at 8']
  const rows = results.map(({ runtime, model, backend, msPerItem, overheadAt8 }) => [
    runtime,
    model,
    backend,
    ...sizes.map((size) => msPerItem[size]?.toPrecision(3) ?? ''),
    overheadAt8 === null ? '' : `${(overheadAt8 * 100).toFixed(1)} %`,
  ])
  return markdownTable(head, rows)
}
