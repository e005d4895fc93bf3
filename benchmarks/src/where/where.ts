/** Where each microsecond of a request goes: the CPU of an echo, by step. */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../load/load.ts'
import type { Peer } from '../peers/peer.ts'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { descendantIds, ownCpuMicroseconds } from '../process-tree.ts'
import { barChart } from '../report/bar-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { smallBody } from '../small-body.ts'
import type { Workload } from '../workload.ts'
import { type Period, readShares } from './profile.ts'
import { type Side, type Step, steps } from './steps.ts'

const CONNECTIONS = 64
const WARM_UP_SECONDS = 2
/** Between samples, in microseconds. */
const SAMPLE_US = 200

/** Microseconds of a request, by process and by step. */
export interface WhereData {
  readonly cpu: CpuBySide
  readonly us: readonly (readonly [step: Step, us: number])[]
}

export const where: Workload<WhereData> = {
  id: 'where',
  title: `echo of 100 bytes of JSON in batches of 32, c = ${CONNECTIONS}: CPU of a request by step`,
  leftOutOfQuick: 'a profile for docs/performance.md',
  defaults: (isQuick) => ({ rounds: 1, seconds: isQuick ? 3 : 10, minutes: 0 }),
  async measure({ seconds, print }) {
    const echo = ours('echo', { BATCH: '32' })
    print('  without the profiler\n')
    const cpu = await cpuBySide(echo, seconds)
    print('  with the profiler\n')
    const shares = await profile(echo, seconds)
    const usOf = (step: Step): number =>
      sides.reduce((sum, side) => sum + (shares[side].get(step) ?? 0) * cpu[side], 0)
    return { cpu, us: steps.map((step) => [step, usOf(step)] as const) }
  },
  report: ({ cpu, us }) => ({
    text: `${tableOf(us)}\n\ningress ${cpu.ingress.toFixed(1)} us, replica ${cpu.replica.toFixed(1)} us a request`,
    charts: { steps: chartOf(us) },
  }),
}

const sides = ['ingress', 'replica'] as const

/** CPU of a request on each side, in microseconds. */
type CpuBySide = Readonly<Record<Side, number>>

async function cpuBySide(peer: Peer, seconds: number): Promise<CpuBySide> {
  const server = await startPeer(peer)
  try {
    await echoLoad(server.url, WARM_UP_SECONDS)
    const before = cpuOf(server.pid)
    const { requests } = await echoLoad(server.url, seconds)
    const after = cpuOf(server.pid)
    return {
      ingress: (after.ingress - before.ingress) / requests,
      replica: (after.replica - before.replica) / requests,
    }
  } finally {
    await server.stop()
  }
}

/** The replicas are what the server has started. */
function cpuOf(server: number): CpuBySide {
  const replica = descendantIds(server).reduce((sum, pid) => sum + ownCpuMicroseconds(pid), 0)
  return { ingress: ownCpuMicroseconds(server), replica }
}

async function profile(peer: Peer, seconds: number): Promise<Record<Side, Map<Step, number>>> {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-profile-'))
  try {
    const [node, ...rest] = peer.command
    const flags = ['--cpu-prof', `--cpu-prof-interval=${SAMPLE_US}`, `--cpu-prof-dir=${folder}`]
    const server = await startPeer({ ...peer, command: [node, ...flags, ...rest] })
    const period = await periodOf(server.url, seconds).finally(() => server.stop())
    const [ingress, replica] = await filesIn(folder, server.pid)
    return {
      ingress: await readShares(ingress, 'ingress', period),
      replica: await readShares(replica, 'replica', period),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function periodOf(url: string, seconds: number): Promise<Period> {
  await echoLoad(url, WARM_UP_SECONDS)
  const fromUs = Number(process.hrtime.bigint() / 1000n)
  await echoLoad(url, seconds)
  return { fromUs, toUs: Number(process.hrtime.bigint() / 1000n) }
}

/** A profile's name has the id of its process as fifth part. */
async function filesIn(folder: string, server: number): Promise<[ingress: string, replica: string]> {
  const names = await readdir(folder)
  const isIngress = (name: string): boolean => name.split('.')[3] === String(server)
  const [ingress, replica] = [names.find(isIngress), names.find((name) => !isIngress(name))]
  if (ingress === undefined || replica === undefined)
    throw new Error(
      `expected a profile of the server ${server} and one of its replica, got ${names.join(', ')}`,
    )
  return [join(folder, ingress), join(folder, replica)]
}

const echoLoad = (url: string, seconds: number): ReturnType<typeof load> =>
  load({
    url: `${url}/inference`,
    body: smallBody,
    contentType: 'application/json',
    connections: CONNECTIONS,
    seconds,
  })

function tableOf(us: WhereData['us']): string {
  const total = us.reduce((sum, [, value]) => sum + value, 0)
  const rows = us.map(([step, value]) => [step, value.toFixed(2), `${((100 * value) / total).toFixed(0)} %`])
  return markdownTable(['step', 'us a request', 'share'], [...rows, ['all', total.toFixed(1), '']])
}

function chartOf(us: WhereData['us']): string {
  const bars = us.map(([name, value]) => ({ name, value }))
  return barChart({
    title: 'microseconds of CPU a request, by step',
    groups: [{ name: 'echo, c = 64', bars }],
  })
}
