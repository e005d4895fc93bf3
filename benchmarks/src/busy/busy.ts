/** W2-busy: how much of the time W2's model computes at saturation, with small and with large requests. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../load/load.ts'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { busyShares } from '../pictures/busy-share.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { barChart } from '../report/bar-chart.ts'
import { type OwnRound, ownResults, ownTable } from '../report/own-results.ts'
import { type Figure, figureOf, type Result } from '../report/result.ts'
import type { Wish } from '../report/wish.ts'
import { wishFindings } from '../report/wish-findings.ts'
import { smallBody } from '../small-body.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'

/** Left out at both ends of a load: the first requests find an idle model, the last ones leave it. */
const EDGE_MS = 400
/** 150 kB of JSON as numbers of 18 digits and commas, or as one string, such as a picture in base64. */
const LARGE_NUMBERS = 8_000
const LARGE_TEXT = 150_000

const figures: readonly Figure[] = [
  { key: 'busy', title: 'model busy %', digits: 1 },
  { key: 'requestsPerSecond', title: 'req/s', digits: 0 },
  { key: 'ofCapacity', title: '% of what the model can', digits: 1 },
  { key: 'cpuMsPerRequest', title: 'CPU ms/req', digits: 3 },
  { key: 'processors', title: 'processors used', digits: 2 },
]

const WANTED_BUSY = 98
const wishes: readonly Wish[] = [{ figure: 'busy', atLeast: WANTED_BUSY }]

interface Cell {
  readonly name: string
  readonly fixedMs: number
  readonly itemMs: number
  readonly body: string
  readonly connections: number
}

const numbers = JSON.stringify({
  values: Array.from({ length: LARGE_NUMBERS }, (_, index) => Math.abs(Math.sin(index + 1))),
})
const text = JSON.stringify({ image: 'iVBORw0KGgo'.repeat(LARGE_TEXT / 11) })

/** Full batches are 225 MB/s of JSON in the middle two: 27 ms to parse 32 lists of numbers, for a model of 21 ms. */
const cells: readonly Cell[] = [
  { name: 'JSON 100 B, 5 ms + 0.5 ms * n', fixedMs: 5, itemMs: 0.5, body: smallBody, connections: 256 },
  { name: '150 kB of text, 5 ms + 0.5 ms * n', fixedMs: 5, itemMs: 0.5, body: text, connections: 128 },
  { name: '150 kB of numbers, 5 ms + 0.5 ms * n', fixedMs: 5, itemMs: 0.5, body: numbers, connections: 128 },
  { name: '150 kB of numbers, 20 ms + 2 ms * n', fixedMs: 20, itemMs: 2, body: numbers, connections: 128 },
]

export const busy: Workload<readonly Result[]> = {
  id: 'W2-busy',
  title: 'share of the time in which a sleeping model computes; batches of 32, answers of a number',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 2 : 5, minutes: 0 }),
  measure,
  report,
}

function measure(settings: RunSettings): Promise<Result[]> {
  const { isQuick, seconds, only } = settings
  const chosen = cells
    .filter((_, index) => !isQuick || index === 0 || index === 3)
    .map((cell) => ({ ...cell, name: `${cell.name}, c = ${cell.connections}` }))
    .filter(({ name }) => only(name))
  return ownResults({ cells: chosen, figures, measure: (cell) => measureCell(cell, seconds) }, settings)
}

function report(results: readonly Result[]): WorkloadReport {
  return {
    text: ownTable(results, figures),
    findings: wishFindings(wishes, results, figures),
    charts: { busy: chartOf(results) },
  }
}

function chartOf(results: readonly Result[]): string {
  return barChart({
    title: 'Share of the time in which the model computes, in percent',
    groups: results.map((result) => ({
      name: result.cell,
      bars: [
        { name: 'ours', value: figureOf(result, { key: 'busy' }) },
        { name: 'wanted at least', value: WANTED_BUSY },
      ],
    })),
  })
}

async function measureCell({ fixedMs, itemMs, body, connections }: Cell, seconds: number): Promise<OwnRound> {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-bench-'))
  const BUSY_FILE = join(folder, 'busy')
  const env = { BUSY_FILE, ANSWER: 'index', FIXED_MS: String(fixedMs), ITEM_MS: String(itemMs) }
  const server = await startPeer(ours('sleep', env))
  try {
    const request = { url: `${server.url}/inference`, body, contentType: 'application/json', connections }
    await load({ ...request, seconds: 2 })
    const beforeUs = cpuMicroseconds(server.pid)
    const beforeMs = Date.now()
    const { requests, requestsPerSecond, failures } = await load({ ...request, seconds })
    const endMs = Date.now()
    const cpuMs = (cpuMicroseconds(server.pid) - beforeUs) / 1000
    const shares = busyShares(BUSY_FILE, { startMs: beforeMs + EDGE_MS, endMs: endMs - EDGE_MS })
    return {
      busy: (shares.get('model') ?? Number.NaN) * 100,
      requestsPerSecond,
      ofCapacity: (requestsPerSecond * (fixedMs + 32 * itemMs)) / 320,
      cpuMsPerRequest: cpuMs / requests,
      processors: cpuMs / (endMs - beforeMs),
      failures,
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}
