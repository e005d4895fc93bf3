/** W7: payloads from one stage to the next, in processes, threads and inline, beside a bare relay over Unix sockets. */

import { load } from '../load/load.ts'
import type { Peer } from '../peers/peer.ts'
import { ours, relay } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { medianBy } from '../report/median.ts'
import type { Wish } from '../report/wish.ts'
import type { RunSettings, Workload } from '../workload.ts'
import { payloadReport, sizeText } from './payload-report.ts'
import { peakBytes } from './peak-memory.ts'

/** One server with payloads of one size, and what its rounds saw. */
export interface PayloadResult {
  readonly bytes: number
  readonly server: string
  readonly rounds: readonly PayloadRound[]
  readonly median: PayloadRound
}

/** One run. */
export interface PayloadRound {
  readonly requestsPerSecond: number
  /** Payload bytes per second, each counted once on its way through both stages, in 1e9. */
  readonly gigabytesPerSecond: number
  readonly cpuUsPerRequest: number
  /** Of all processes together, since they started. */
  readonly peakRssBytes: number
  readonly failures: number
}

const KIB = 1024
const WANTED = [4 * KIB, 600 * KIB, 8 * KIB * KIB]
/** For the table of where which isolation pays. */
const CROSSOVER = [
  100,
  1 * KIB,
  4 * KIB,
  16 * KIB,
  64 * KIB,
  256 * KIB,
  600 * KIB,
  2 * KIB * KIB,
  8 * KIB * KIB,
]
/** Then most of a request is HTTP. */
const isSmall = (bytes: number): boolean => bytes < 64 * KIB
/** Enough that a stage never waits for the client, few enough that memory is not the measure. */
const connectionsFor = (bytes: number): number => (isSmall(bytes) ? 64 : 8)
/** At most as many tasks in a batch. */
const batchFor = (bytes: number): number => (isSmall(bytes) ? 32 : 8)

/** Then V8 has compiled what a request runs; with one second 64 KiB took three times the processor time. */
const WARM_UP_SECONDS = 3

const wishes: readonly Wish[] = [
  // The relay is given the same HTTP.
  { figure: 'gigabytesPerSecond', server: 'process', over: 'bare, our HTTP', cell: '4 KiB', atLeast: 0.8 },
  { figure: 'gigabytesPerSecond', server: 'process', over: 'bare', cell: '600 KiB', atLeast: 0.8 },
  { figure: 'gigabytesPerSecond', server: 'process', over: 'bare', cell: '8 MiB', atLeast: 0.8 },
  { figure: 'gigabytesPerSecond', server: 'thread', over: 'process', cell: '8 MiB', atLeast: 3 },
]

export const payloads: Workload<readonly PayloadResult[]> = {
  id: 'W7',
  title: 'payloads through 2 stages, beside a bare relay over two Unix sockets',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 1 : 5, minutes: 0 }),
  measure: (settings) => measure(settings.isQuick ? WANTED.slice(-1) : WANTED, settings),
  report: (results) => payloadReport(results, wishes),
}

export const crossover: Workload<readonly PayloadResult[]> = {
  id: 'W7-crossover',
  title: 'payloads of all sizes through 2 stages: process, thread, inline',
  leftOutOfQuick: 'W7 in nine sizes',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 3, seconds: isQuick ? 1 : 3, minutes: 0 }),
  measure: (settings) => measure(CROSSOVER, settings),
  report: (results) => payloadReport(results, []),
}

interface Cell {
  readonly bytes: number
  readonly peer: Peer
}

async function measure(sizes: readonly number[], settings: RunSettings): Promise<PayloadResult[]> {
  const chosen = sizes.filter((bytes) => settings.only(sizeText(bytes)))
  const cells = chosen.flatMap((bytes) => peersOf(bytes).map((peer) => ({ bytes, peer })))
  const measured = new Map<Cell, PayloadRound[]>(cells.map((cell) => [cell, []]))
  for (let round = 1; round <= settings.rounds; round++) {
    for (const cell of round % 2 === 1 ? cells : cells.toReversed()) {
      settings.print(`  round ${round}: ${cell.peer.name}, ${cell.bytes} bytes\n`)
      measured.get(cell)?.push(await measureCell(cell, settings.seconds))
    }
  }
  return [...measured].map(([{ bytes, peer }, rounds]) => ({
    bytes,
    server: peer.name,
    rounds,
    median: median(rounds),
  }))
}

function peersOf(size: number): Peer[] {
  const BYTES = String(size)
  const own = ['process', 'thread', 'inline'].map((ISOLATION) =>
    ours('payload', { BYTES, ISOLATION, BATCH: String(batchFor(size)) }, ISOLATION),
  )
  const behindHttp = isSmall(size) ? [relay({ BYTES, FACE: 'ours' }, 'bare, our HTTP')] : []
  return [relay({ BYTES }), ...behindHttp, ...own]
}

async function measureCell({ bytes, peer }: Cell, seconds: number): Promise<PayloadRound> {
  const server = await startPeer(peer)
  try {
    const body = '0'
    const url = `${server.url}/inference`
    const request = { url, body, contentType: 'application/json', connections: connectionsFor(bytes) }
    await load({ ...request, seconds: Math.min(seconds, WARM_UP_SECONDS) })
    const beforeUs = cpuMicroseconds(server.pid)
    const { requests, requestsPerSecond, failures } = await load({ ...request, seconds })
    return {
      requestsPerSecond,
      gigabytesPerSecond: (requestsPerSecond * bytes) / 1e9,
      cpuUsPerRequest: (cpuMicroseconds(server.pid) - beforeUs) / requests,
      peakRssBytes: peakBytes(server.pid),
      failures,
    }
  } finally {
    await server.stop()
  }
}

function median(rounds: readonly PayloadRound[]): PayloadRound {
  return {
    requestsPerSecond: medianBy(rounds, (round) => round.requestsPerSecond),
    gigabytesPerSecond: medianBy(rounds, (round) => round.gigabytesPerSecond),
    cpuUsPerRequest: medianBy(rounds, (round) => round.cpuUsPerRequest),
    peakRssBytes: medianBy(rounds, (round) => round.peakRssBytes),
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
  }
}
