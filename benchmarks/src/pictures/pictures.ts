/** W4: JPEG, a stage that decodes it, a network, its likeliest classes: pictures per second, and how busy each stage is. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../load/load.ts'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { tfjsNodeProject } from '../peers/tfjs-node-project.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { barChart } from '../report/bar-chart.ts'
import { type OwnRound, ownResults, ownTable } from '../report/own-results.ts'
import type { Figure, Result } from '../report/result.ts'
import type { Wish } from '../report/wish.ts'
import { wishFindings } from '../report/wish-findings.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'
import { busyShares } from './busy-share.ts'
import { makeJpeg } from './jpeg.ts'

const STAGES = ['decode', 'network', 'top-k']
/** Left out at both ends of a load: the first pictures find empty stages, the last ones leave them. */
const EDGE_MS = 400

const figures: readonly Figure[] = [
  { key: 'picturesPerSecond', title: 'pictures/s', digits: 1 },
  { key: 'cpuMsPerPicture', title: 'CPU ms/picture', digits: 1 },
  { key: 'p50Ms', title: 'p50 ms', digits: 0 },
  { key: 'p99Ms', title: 'p99 ms', digits: 0 },
  ...STAGES.map((stage) => ({ key: stage, title: `${stage} busy %`, digits: 1 })),
  { key: 'slowest', title: 'slowest stage busy %', digits: 1 },
]

/** For each replica of the network: a batch that it computes, one that it holds, and as many that wait or are decoded. */
const CLIENTS_PER_REPLICA = 16

/** With one client nothing is to be done while its picture is in another stage. */
const wishes: readonly Wish[] = [16, 32].map((count) => ({
  figure: 'slowest',
  cell: `c = ${count}`,
  atLeast: 95,
}))

interface Cell {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly connections: number
}

export const pictures: Workload<readonly Result[]> = {
  id: 'W4',
  title: 'JPEG -> decode -> MobileNetV2 -> top-k',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 3 : 6, minutes: 0 }),
  measure,
  report,
}

/** TensorFlow computes on all processors at once: one replica of the network is enough. */
function cellsOf(isQuick: boolean): Cell[] {
  const wasm = [1, 2].map((replicas) => ({
    name: `wasm, network x ${replicas}`,
    env: { REPLICAS: String(replicas) },
  }))
  const tensorflow =
    tfjsNodeProject === undefined
      ? []
      : [{ name: 'tensorflow, network x 1', env: { REPLICAS: '1', PROJECT: tfjsNodeProject } }]
  const servers = isQuick ? wasm.slice(0, 1) : [...wasm, ...tensorflow]
  return servers.flatMap(({ name, env }) => {
    const many = CLIENTS_PER_REPLICA * Number(env.REPLICAS)
    return (isQuick ? [many] : [1, many]).map((connections) => ({
      name: `${name}, c = ${connections}`,
      env,
      connections,
    }))
  })
}

async function measure(settings: RunSettings): Promise<Result[]> {
  const { isQuick, seconds, only } = settings
  const body = await makeJpeg()
  const cells = cellsOf(isQuick).filter(({ name }) => only(name))
  return ownResults({ cells, figures, measure: (cell) => measureCell(cell, body, seconds) }, settings)
}

function report(results: readonly Result[]): WorkloadReport {
  return {
    text: ownTable(results, figures),
    findings: wishFindings(wishes, results, figures),
    charts: { busy: busyChart(results) },
  }
}

async function measureCell({ env, connections }: Cell, body: Uint8Array, seconds: number): Promise<OwnRound> {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-bench-'))
  const BUSY_FILE = join(folder, 'busy')
  const server = await startPeer(ours('pictures', { ...env, BUSY_FILE }))
  try {
    const request = { url: `${server.url}/inference`, body, contentType: 'image/jpeg', connections }
    await load({ ...request, seconds: 2 })
    const beforeUs = cpuMicroseconds(server.pid)
    const startMs = Date.now() + EDGE_MS
    const { requests, requestsPerSecond, p50Ms, p99Ms, failures } = await load({ ...request, seconds })
    const cpuMs = (cpuMicroseconds(server.pid) - beforeUs) / 1000
    const shares = busyShares(BUSY_FILE, { startMs, endMs: Date.now() - EDGE_MS })
    const percents = STAGES.map((stage) => (shares.get(stage) ?? Number.NaN) * 100)
    return {
      picturesPerSecond: requestsPerSecond,
      cpuMsPerPicture: cpuMs / requests,
      p50Ms,
      p99Ms,
      failures,
      ...Object.fromEntries(STAGES.map((stage, index) => [stage, percents[index] ?? Number.NaN])),
      slowest: Math.max(...percents),
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

function busyChart(results: readonly Result[]): string {
  return barChart({
    title: 'Share of the time in which a stage computes, in percent',
    groups: results.map(({ cell, figures: values }) => ({
      name: cell,
      bars: STAGES.map((stage) => ({ name: stage, value: values[stage] ?? Number.NaN })),
    })),
  })
}
