/** W8: W2's model at 70 % of its capacity for minutes, then idle, then a thousand open streams; nothing may grow or stay. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLoop } from '../load/open-loop/open-loop.ts'
import type { LoadReport } from '../load/open-loop/plan.ts'
import { ours } from '../peers/peers.ts'
import { type RunningPeer, startPeer } from '../peers/running-peer.ts'
import { descendantIds } from '../process-tree.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import { smallBody } from '../small-body.ts'
import type { RunSettings, Workload } from '../workload.ts'
import { leftovers } from './leftovers.ts'
import { soakReport } from './soak-report.ts'
import { openStreams } from './streams.ts'
import { type Phase, Watch } from './watch.ts'

const SHARE = 0.7
const STREAMS = 1000

export const soak: Workload<SoakRun> = {
  id: 'W8',
  title: `W2 at ${SHARE * 100} %, then idle, then ${STREAMS} open streams: memory, handles, event-loop lag over time`,
  leftOutOfQuick: 'the soak takes minutes',
  defaults: (isQuick) => ({ rounds: 1, seconds: isQuick ? 15 : 60, minutes: isQuick ? 1 : 10 }),
  measure,
  report: soakReport,
}

/** What a soak saw. */
export interface SoakRun {
  readonly load: LoadReport
  readonly phases: readonly Phase[]
  /** Events that the streams got, and streams that ended before they were left. */
  readonly streams: { readonly events: number; readonly ended: number }
  readonly leftovers: readonly string[]
}

async function measure({ minutes, seconds, print }: RunSettings): Promise<SoakRun> {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-bench-'))
  try {
    return await soakOnce({ minutes, seconds, print, folder })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface SoakOptions extends Pick<RunSettings, 'minutes' | 'seconds' | 'print'> {
  readonly folder: string
}

async function soakOnce({ minutes, seconds, print, folder }: SoakOptions): Promise<SoakRun> {
  const server = await startPeer(ours('soak', { TMPDIR: folder, STREAMS: String(STREAMS) }))
  const watch = new Watch(server, minutes < 2 ? 500 : 2000)
  const begin = (name: string): void => {
    print(`  ${name}\n`)
    watch.begin(name)
  }
  const pids = [server.pid, ...descendantIds(server.pid)]
  try {
    begin('load')
    const load = await loadFor(server, minutes)
    begin('idle')
    await sleep(seconds * 1000)
    begin('streams')
    const streams = await openStreams(server.url, STREAMS)
    await sleep(seconds * 1000)
    const seen = { events: streams.events(), ended: streams.ended() }
    streams.close()
    begin('after')
    await sleep(Math.min(seconds, 15) * 1000)
    await watch.stop()
    await server.stop()
    const port = Number(new URL(server.url).port)
    return { load, phases: watch.phases, streams: seen, leftovers: leftovers({ pids, folder, port }) }
  } catch (error) {
    await watch.stop()
    await server.stop()
    throw error
  }
}

function loadFor(server: RunningPeer, minutes: number): Promise<LoadReport> {
  return openLoop({
    port: Number(new URL(server.url).port),
    path: '/inference',
    kinds: [{ name: 'any', body: smallBody, share: 1 }],
    headers: '',
    perSecond: CAPACITY_PER_SECOND * SHARE,
    warmUpSeconds: 5,
    seconds: minutes * 60,
    deadlineMs: 1000,
    leavingShare: 0,
    seed: 1,
  })
}
