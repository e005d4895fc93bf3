/** `npm run bench`: measures us and our peers, prints a table, writes JSON. */

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { generator } from './load/load.ts'
import { table } from './report/table.ts'
import { runRounds, type VariantResult } from './rounds.ts'
import { workloads } from './workloads.ts'

interface Options {
  readonly quick: boolean
  readonly rounds: string
  readonly seconds: string
}

const command = new Command('bench')
  .argument('[workloads...]', `which to run: ${workloads.map(({ id }) => id).join(', ')}`)
  .option('--quick', 'a few cells, three rounds, short runs', false)
  .option('--rounds <n>', 'rounds of fresh processes', '5')
  .option('--seconds <s>', 'load per run', '5')
  .parse()
const options = command.opts<Options>()
const chosen = workloads.filter(({ id }) => command.args.length === 0 || command.args.includes(id))

const results = fileURLToPath(new URL('../results', import.meta.url))
await mkdir(results, { recursive: true })
print(`load: ${generator}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}\n`)
for (const workload of chosen) {
  print(`\n${workload.id}: ${workload.title}\n`)
  const measured = await runRounds(workload.variants(options.quick), {
    rounds: options.quick ? 3 : Number(options.rounds),
    warmUpSeconds: 1,
    seconds: options.quick ? 2 : Number(options.seconds),
    onRun: (round, { peer, cell }) => print(`  round ${round}: ${peer.name}, ${cell}\n`),
  })
  print(`\n${table(measured)}\n\n${rawRounds(measured)}\n`)
  await writeFile(`${results}/${workload.id}.json`, `${JSON.stringify(measured, null, 2)}\n`)
}

function rawRounds(measured: readonly VariantResult[]): string {
  const lines = measured.map(({ variant, rounds }) => {
    const perSecond = rounds.map(({ requestsPerSecond }) => requestsPerSecond.toFixed(0)).join(', ')
    return `  ${variant.peer.name}, ${variant.cell}: ${perSecond} req/s`
  })
  return `rounds:\n${lines.join('\n')}`
}

function print(text: string): void {
  process.stdout.write(text)
}
