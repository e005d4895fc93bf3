/** `npm run bench`: measures us and our peers, prints tables, writes JSON and charts. */

import { cpus } from 'node:os'
import { Command } from 'commander'
import { generator } from './load/load.ts'
import { type Finding, findingsTable } from './report/findings.ts'
import { summary, type WorkloadFindings } from './report/summary.ts'
import { hasWords } from './report/words.ts'
import { ResultFiles } from './result-files.ts'
import { guardRun } from './run-guard/run-guard.ts'
import type { RunSettings, Workload } from './workload.ts'
import { workloads } from './workloads.ts'

interface Options {
  readonly quick: boolean
  readonly publish: boolean
  readonly rounds?: string
  readonly seconds?: string
  readonly minutes?: string
  readonly only?: string
}

/** `--quick` without ids begins nothing more after so long: three minutes are enough on a slow machine, too. */
const QUICK_BEGINS_MS = 150_000

const ids = workloads.map(({ id }) => id)
const command = new Command('bench')
  .argument('[workloads...]', `which to run: ${ids.join(', ')}`)
  .option(
    '--quick',
    'a few cells, few and short rounds; without ids what matters most, in under three minutes',
    false,
  )
  .option('--rounds <n>', 'rounds of fresh processes')
  .option('--seconds <s>', 'load per cell')
  .option('--minutes <m>', 'of load in the soak W8; 10, quick 1')
  .option('--only <words>', 'cells with these words in their name: "msgpack, c = 64"')
  .option('--publish', 'also writes the charts to docs/img', false)
  .parse()
const options = command.opts<Options>()
const unknown = command.args.filter((id) => !ids.includes(id))
if (unknown.length > 0)
  command.error(`there is no workload ${unknown.join(', ')}; there are ${ids.join(', ')}`)

guardRun()
const machine = `load: ${generator}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`
const files = new ResultFiles({ machine, isQuick: options.quick, isPublished: options.publish })
print(`${machine}\n`)
const found: WorkloadFindings[] = []
const leftOut: Finding = { what: 'left out', wanted: '', measured: 'no time was left', isMet: undefined }
for (const workload of chosen()) {
  found.push({ id: workload.id, findings: hasTime() ? await run(workload) : [leftOut] })
}
print(`\nall together\n\n${summary(found)}\n`)

/** Those that were asked for; tells what is left out of the others. */
function chosen(): readonly Workload[] {
  if (command.args.length > 0) return workloads.filter(({ id }) => command.args.includes(id))
  if (!options.quick) return workloads
  const leftOut = workloads.flatMap(({ id, leftOutOfQuick }) =>
    leftOutOfQuick === undefined ? [] : `  ${id}: ${leftOutOfQuick}\n`,
  )
  print(`--quick runs a few cells, and leaves out these workloads:\n${leftOut.join('')}`)
  return workloads.filter(({ leftOutOfQuick }) => leftOutOfQuick === undefined)
}

function hasTime(): boolean {
  return !options.quick || command.args.length > 0 || performance.now() < QUICK_BEGINS_MS
}

async function run({ id, title, defaults, measure, report }: Workload): Promise<readonly Finding[]> {
  print(`\n${id}: ${title}\n`)
  const save = (data: unknown): Promise<void> => files.save(id, { title, data })
  const only = (cell: string): boolean => options.only === undefined || hasWords(cell, options.only)
  const settings = { ...defaults(options.quick), ...given(), isQuick: options.quick, only, print, save }
  const startMs = performance.now()
  const data = await measure(settings)
  const { text, findings = [], charts } = report(data)
  print(`\n${text}\n\ntook ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`)
  if (findings.length > 0) print(`\n${findingsTable(findings)}\n`)
  await files.save(id, { title, findings, data })
  await files.draw(id, charts)
  return findings
}

/** What the command line says of the amount of work. */
function given(): Partial<RunSettings> {
  const { rounds, seconds, minutes } = options
  return {
    ...(rounds === undefined ? {} : { rounds: Number(rounds) }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(minutes === undefined ? {} : { minutes: Number(minutes) }),
  }
}

function print(text: string): void {
  process.stdout.write(text)
}
