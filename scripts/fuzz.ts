/** `pnpm fuzz [target ...] [--seconds 60] [--seed 1] [--input file]`: see docs/fuzzing.md. */

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Coverage } from './fuzz/coverage.ts'
import { type Finding, fuzz } from './fuzz/fuzz.ts'
import type { Target } from './fuzz/target.ts'

const FINDINGS = join(import.meta.dirname, '..', 'fuzz-findings')
/** One input that takes longer is a defect, in milliseconds. */
const SLOW_MS = 1000

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    input: { type: 'string' },
  },
})

using coverage = new Coverage()
const { targets } = await import('./fuzz/targets/index.ts')
const names = targets.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
const chosen = positionals.length === 0 ? targets : targets.filter(({ name }) => positionals.includes(name))
if (unknown.length > 0) {
  console.error(`no target ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exitCode = 2
} else if (values.input !== undefined) {
  const input = readFileSync(values.input)
  for (const target of chosen) target.run(input)
} else {
  for (const target of chosen) search(target, Number(values.seconds), Number(values.seed))
}

function search(target: Target, seconds: number, seed: number): void {
  const endMs = performance.now() + seconds * 1000
  const { finding, inputs, corpus, functions } = fuzz(target, {
    coverage,
    seed,
    slowMs: SLOW_MS,
    isOver: () => performance.now() >= endMs,
  })
  const what = finding === undefined ? 'nothing found' : 'FOUND'
  console.log(
    `${target.name}: ${what} in ${inputs} inputs (seed ${seed}, ${corpus} kept, ${functions} functions reached)`,
  )
  if (finding !== undefined) keep(target, finding)
}

function keep({ name }: Target, { input, error }: Finding): void {
  const path = join(FINDINGS, `${name}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`)
  mkdirSync(FINDINGS, { recursive: true })
  writeFileSync(path, input)
  console.error(error)
  console.error(`its ${input.length} bytes: ${Buffer.from(input).toString('hex').slice(0, 400)}`)
  console.error(`try it again with: pnpm fuzz ${name} --input ${path}`)
  process.exitCode = 1
}
