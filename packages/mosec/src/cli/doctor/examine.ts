/** The whole examination: the machine, then each backend in its own process, one after the other. */

import type { Finding } from '@mosec/core'
import { examineMachine } from './examine-machine.ts'
import { type Machine, thisMachine } from './machine.ts'
import { probe } from './probe.ts'
import type { Report } from './report.ts'
import { findRuntimes } from './runtimes.ts'
import { type Findings, isBackendOf, judge, type Verdict } from './verdict.ts'

/** What to examine. */
export interface ExamineOptions {
  readonly projectFolder: string
  /** Only this one, and it must work. */
  readonly backend?: string | undefined
  /** Must be free; without it 8000 is looked at. */
  readonly port?: number | undefined
  /** For each backend. */
  readonly timeoutMs: number
  /** Told of each finding at once. */
  readonly report?: Report | undefined
  readonly machine?: Machine | undefined
}

/** What was found, and what that means. */
export interface Examination {
  readonly findings: Findings
  readonly verdict: Verdict
}

/** Examines in order; backends one at a time, because they are timed. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { report, backend, machine = thisMachine(), port } = options
  report?.heading('This machine')
  const ofMachine = await collect(examineMachine(machine, port), report)
  report?.heading('\nRuntimes and their backends')
  const runtimes = await findRuntimes(options.projectFolder)
  const ofRuntimes = await collect(examineRuntimes(runtimes, options), report)
  const findings = { machine: ofMachine, runtimes: ofRuntimes }
  return { findings, verdict: judge(findings, backend, namesOf(runtimes)) }
}

type Runtimes = Awaited<ReturnType<typeof findRuntimes>>

const namesOf = ({ found }: Runtimes): string[] =>
  found.flatMap(({ doctor }) => doctor.backends.map((backend) => `${doctor.runtime}/${backend}`))

async function* examineRuntimes(
  { found, missing }: Runtimes,
  { projectFolder, backend, timeoutMs }: ExamineOptions,
): AsyncGenerator<Finding> {
  let isMissingRelevant = true
  for (const runtime of found) {
    for (const each of runtime.doctor.backends) {
      if (backend !== undefined && !isBackendOf(`${runtime.doctor.runtime}/${each}`, backend)) continue
      isMissingRelevant = backend === undefined
      yield await probe(runtime, each, { projectFolder, timeoutMs })
    }
  }
  if (isMissingRelevant) yield* missing
}

async function collect(findings: AsyncIterable<Finding>, report: Report | undefined): Promise<Finding[]> {
  const collected: Finding[] = []
  for await (const finding of findings) {
    collected.push(finding)
    report?.finding(finding)
  }
  return collected
}
