/** `npm run bench`: measures us and our peers, prints tables, writes JSON and charts. */

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { generator } from './load/load.ts'
import type { RunSettings, Workload } from './workload.ts'
import { workloads } from './workloads.ts'

interface Options {
  readonly quick: boolean
  readonly rounds?: string
  readonly seconds?: string
  readonly minutes?: string
}

const command = new Command('bench')
  .argument('[workloads...]', `which to run: ${workloads.map(({ id }) => id).join(', ')}`)
  .option('--quick', 'a few cells, few and short rounds', false)
  .option('--rounds <n>', 'rounds of fresh processes; 5, quick 3 (W5: quick 1)')
  .option('--seconds <s>', 'load per run; 5, quick 2 (W5: 10 and 5, W6: 60 and 20)')
  .option('--minutes <m>', 'of load in the soak W8; 10, quick 1')
  .parse()
const options = command.opts<Options>()
const chosen = workloads.filter(({ id }) => command.args.length === 0 || command.args.includes(id))

const results = fileURLToPath(new URL('../results', import.meta.url))
await mkdir(results, { recursive: true })
print(`load: ${generator}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}\n`)
for (const workload of chosen) await measure(workload)

async function measure({ id, title, defaults, run }: Workload): Promise<void> {
  print(`\n${id}: ${title}\n`)
  const save = (data: unknown): Promise<void> =>
    writeFile(`${results}/${id}.json`, `${JSON.stringify(data, null, 2)}\n`)
  const report = await run({ ...defaults(options.quick), ...given(), isQuick: options.quick, print, save })
  print(`\n${report.text}\n`)
  await save(report.data)
  for (const [name, svg] of Object.entries(report.charts ?? {})) {
    await writeFile(`${results}/${id}-${name}.svg`, svg)
  }
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
