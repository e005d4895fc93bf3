/** `--dry-run`: one replica of each stage, the examples through every route, and a report for a person. */

import { combineObservers, systemClock } from '@mosec/core'
import { Scheduler } from '@mosec/core/scheduler'
import type { Blueprint, NamedRoute, NamedStage } from '../blueprint.ts'
import type { ServerConfig } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import { Fleet } from '../service/fleet.ts'
import { scheduledStages } from '../service/scheduling.ts'
import { openTransports, type Transports } from '../service/transports.ts'
import { exampleTitle, noExampleLine, routeTitle, runLines, summaryLine } from './dry-run-text.ts'
import type { RunAsk } from './visit.ts'
import { Visits } from './visits.ts'

/** What is tried, and where the report goes. */
export interface DryRunOptions {
  readonly blueprint: Blueprint
  readonly config: ServerConfig
  readonly logger: ServerLogger
  readonly print: (line: string) => void
  /** Ends it early; `dryRun` rejects with the reason. */
  readonly signal: AbortSignal
}

const TEARDOWN_MS = 2_000

/**
 * Runs the examples of each route's first worker through its whole pipeline, one at a time. No port is opened.
 * @returns whether every stage computed every example.
 * @throws StartError when a stage cannot start.
 */
export async function dryRun(options: DryRunOptions): Promise<boolean> {
  const { config, signal } = options
  const stages = options.blueprint.stages.map(alone)
  const scheduler = schedulerOf(stages, options)
  const transports = openTransports(config)
  const fleet = fleetOf(stages, { ...options, scheduler, transports })
  try {
    await fleet.start(signal)
    return await rehearseRoutes(options, new Visits(scheduler, stages, signal))
  } finally {
    await fleet.stop(signal.aborted ? 0 : TEARDOWN_MS)
    scheduler.close()
    await transports[Symbol.asyncDispose]()
  }
}

/** One replica, with the environment of the first. */
function alone(stage: NamedStage): NamedStage {
  return { ...stage, options: { ...stage.options, replicas: 1, env: stage.options.env.slice(0, 1) } }
}

const silentObserver = combineObservers([], () => {})

function schedulerOf(stages: readonly NamedStage[], { config, logger }: DryRunOptions): Scheduler {
  return new Scheduler({
    stages: scheduledStages(stages, config.capacity),
    routes: stages.map(({ name }) => ({ path: name, stages: [name] })),
    timeoutMs: config.timeoutMs,
    clock: systemClock,
    observer: silentObserver,
    logger,
  })
}

interface FleetParts extends DryRunOptions {
  readonly scheduler: Scheduler
  readonly transports: Transports
}

function fleetOf(
  stages: readonly NamedStage[],
  { config, scheduler, transports, logger }: FleetParts,
): Fleet {
  return new Fleet({
    stages,
    scheduler,
    transports,
    observer: silentObserver,
    clock: systemClock,
    logger,
    logLevel: config.logLevel,
    readyMin: 'all',
    isDryRun: true,
  })
}

async function rehearseRoutes(options: DryRunOptions, visits: Visits): Promise<boolean> {
  const { blueprint, print } = options
  const failed: string[] = []
  let examples = 0
  for (const route of blueprint.routes) {
    print(routeTitle(route))
    const count = await countExamples(route, options, visits)
    examples += count
    for (let example = 0; example < count; example++) {
      print(exampleTitle(example + 1, count))
      const guilty = await rehearseExample(route, example, { visits, print })
      if (guilty !== undefined) failed.push(guilty)
    }
  }
  print(summaryLine({ examples, stages: blueprint.stages.length, failed }))
  return failed.length === 0
}

async function countExamples(route: NamedRoute, options: DryRunOptions, visits: Visits): Promise<number> {
  const count = await visits.countExamples(route.stages[0])
  if (count > 0) return count
  const line = noExampleLine(route)
  options.print(`  ${line}`)
  options.logger.warning(line, { route: route.path })
  return 0
}

interface Rehearsal {
  readonly visits: Visits
  readonly print: (line: string) => void
}

/** Gives the name of the stage that failed, if one did. */
async function rehearseExample(
  { stages }: NamedRoute,
  example: number,
  { visits, print }: Rehearsal,
): Promise<string | undefined> {
  let input: RunAsk['input'] = { example }
  for (const [index, stage] of stages.entries()) {
    const report = await visits.run(stage, { kind: 'run', input, isLast: index === stages.length - 1 })
    for (const line of runLines(stage, report)) print(line)
    if (report.result.isFailure) return stage
    input = { bytes: report.result.bytes }
  }
  return undefined
}
