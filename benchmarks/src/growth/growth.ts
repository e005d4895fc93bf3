/** W9: does a request cost more CPU when there are more connections, replicas, routes, or waiting tasks? */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type LoadResult, load } from '../load/load.ts'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds, ownCpuMicroseconds } from '../process-tree.ts'
import { medianBy } from '../report/median.ts'
import { smallBody } from '../small-body.ts'
import type { RunSettings, Workload } from '../workload.ts'
import { axes, depths, keyOf, type Place } from './axes.ts'
import type { GrowthData, PlaceCost } from './growth-data.ts'
import { growthReport } from './growth-report.ts'

/** For each replica, since they share the requests: V8 compiles what has run often. */
const WARM_UP_SECONDS = 3
const depthProgram = fileURLToPath(new URL('./queue-depth-main.js', import.meta.url))

export const growth: Workload<GrowthData> = {
  id: 'W9',
  title: 'cost of growth: echo of 100 bytes of JSON in batches of 32, CPU per request',
  leftOutOfQuick: 'takes a minute',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 2 : 5, minutes: 0 }),
  async measure(settings) {
    const places = axes(settings.isQuick).flatMap(({ sizes, at }) => sizes.map(at))
    const rounds = new Map<string, PlaceCost[]>()
    const depthRounds = new Map<number, number[]>()
    for (let round = 1; round <= settings.rounds; round++) {
      await measureDepths(depthRounds, settings, round)
      const servers = serversOf(places)
      for (const server of round % 2 === 1 ? servers : servers.reverse())
        await measureServer(server, rounds, settings, round)
    }
    return {
      isQuick: settings.isQuick,
      medians: [...rounds].map(([key, all]) => [key, medianOf(all)]),
      depths: [...depthRounds].map(([depth, all]) => [depth, medianBy(all, (us) => us)]),
      rounds: [...rounds],
    }
  },
  report: growthReport,
}

/** Places that one server can serve, each once. */
function serversOf(places: readonly Place[]): Place[][] {
  const servers = new Map<string, Map<number, Place>>()
  for (const place of places) {
    const key = `${place.replicas} ${place.routes}`
    const loads = servers.get(key) ?? new Map<number, Place>()
    servers.set(key, loads.set(place.connections, place))
  }
  return [...servers.values()].map((loads) => [...loads.values()])
}

/** Loads one server with each of its numbers of connections, in turn. */
async function measureServer(
  places: readonly Place[],
  rounds: Map<string, PlaceCost[]>,
  { seconds, print }: RunSettings,
  round: number,
): Promise<void> {
  const [first] = places
  if (first === undefined) return
  const env = { REPLICAS: `${first.replicas}`, ROUTES: `${first.routes}` }
  const server = await startPeer(ours('grown', env))
  const paths = Array.from({ length: first.routes }, (_, route) => `/route-${route}`)
  const request = { url: server.url, paths, body: smallBody, contentType: 'application/json' }
  const cpu = (): number[] => [cpuMicroseconds(server.pid), ownCpuMicroseconds(server.pid)]
  try {
    await load({ ...request, connections: 64, seconds: WARM_UP_SECONDS * first.replicas })
    for (const place of round % 2 === 1 ? places : places.toReversed()) {
      print(`  round ${round}: ${keyOf(place)}\n`)
      // Opening thousands of connections is no part of what a request costs.
      await load({ ...request, connections: place.connections, seconds: 1 })
      const before = cpu()
      const result = await load({ ...request, connections: place.connections, seconds })
      const measured = roundOf(result, before, cpu())
      rounds.set(keyOf(place), [...(rounds.get(keyOf(place)) ?? []), measured])
    }
  } finally {
    await server.stop()
  }
}

function roundOf(result: LoadResult, before: readonly number[], after: readonly number[]): PlaceCost {
  const share = (index: number): number => ((after[index] ?? 0) - (before[index] ?? 0)) / result.requests
  return { cpuUs: share(0), ingressUs: share(1), failures: result.failures }
}

async function measureDepths(
  rounds: Map<number, number[]>,
  { isQuick, print }: RunSettings,
  round: number,
): Promise<void> {
  for (const depth of depths(isQuick)) {
    print(`  round ${round}: ${depth} waiting, the scheduler alone\n`)
    const { stdout } = await promisify(execFile)(process.execPath, [depthProgram, `${depth}`])
    rounds.set(depth, [...(rounds.get(depth) ?? []), Number(stdout)])
  }
}

function medianOf(rounds: readonly PlaceCost[]): PlaceCost {
  return {
    cpuUs: medianBy(rounds, ({ cpuUs }) => cpuUs),
    ingressUs: medianBy(rounds, ({ ingressUs }) => ingressUs),
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
  }
}
