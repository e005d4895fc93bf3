/** Rounds over all servers of all cells, in reversed order every other time, since machines drift. */

import { medianBy } from '../report/median.ts'
import type { Result } from '../report/result.ts'
import { type Cell, type ClosedLoad, runKey, type ServerRun, serverRuns } from './cell.ts'
import { closedLoopFigures, type Measured } from './measured.ts'
import { runServer, type Timing } from './run-server.ts'

/** Options of {@link runRounds}. */
export interface RoundsOptions extends Timing {
  readonly rounds: number
  readonly print: (text: string) => void
  /** Told after each round: what there is so far. */
  readonly onRound: (results: readonly Result[]) => Promise<void>
}

/** Runs each server once per round, each time in a fresh process. */
export async function runRounds(cells: readonly Cell[], options: RoundsOptions): Promise<Result[]> {
  const measured = new Map<string, Measured[]>()
  const servers = serverRuns(cells)
  for (let round = 1; round <= options.rounds; round++) {
    for (const server of round % 2 === 1 ? servers : servers.toReversed().map(reversed)) {
      options.print(`  round ${round}: ${nameOf(server)}\n`)
      await keepRun(server, measured, options)
    }
    await options.onRound(resultsOf(cells, measured))
  }
  return resultsOf(cells, measured)
}

const reversed = ({ peer, loads }: ServerRun): ServerRun => ({ peer, loads: loads.toReversed() })

/** A server that breaks is told of and has no figures; the others go on. */
async function keepRun(
  run: ServerRun,
  measured: Map<string, Measured[]>,
  { print, ...timing }: RoundsOptions,
): Promise<void> {
  try {
    const figures = await runServer(run, timing)
    run.loads.forEach((load, index) => {
      const rounds = measured.get(runKey(run.peer, load)) ?? []
      const round = figures[index]
      if (round !== undefined) rounds.push(round)
      measured.set(runKey(run.peer, load), rounds)
    })
  } catch (error) {
    print(`  ${nameOf(run)} FAILED: ${String(error)}\n`)
  }
}

function resultsOf(cells: readonly Cell[], measured: ReadonlyMap<string, readonly Measured[]>): Result[] {
  return cells.flatMap(({ name, load, peers }) =>
    peers.flatMap((peer) => {
      if (peer === undefined) return []
      const rounds = measured.get(runKey(peer, load)) ?? []
      const figures = closedLoopFigures.map(({ key }) => [key, medianBy(rounds, (round) => round[key])])
      return {
        cell: name,
        server: peer.name,
        isOurs: peer.isOurs === true,
        figures: Object.fromEntries(figures),
        failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
        rounds,
      }
    }),
  )
}

const nameOf = ({ peer, loads }: ServerRun): string => {
  const env = Object.entries(peer.env).map(([key, value]) => `${key}=${value}`)
  return [peer.name, ...env, loadsText(loads)].join(' ')
}

const loadsText = (loads: readonly ClosedLoad[]): string =>
  `c = ${[...new Set(loads.map(({ connections }) => connections))].join(', ')}`
