/** Closed loops against ours and its peers: W1 and W2. */

import { floor, handmade, mosec, ours, pythonStages } from './peers/peers.ts'
import { table } from './report/table.ts'
import { runRounds, type VariantResult } from './rounds.ts'
import { smallBody } from './small-body.ts'
import type { Peer, Variant } from './variant.ts'
import type { RunSettings, Workload, WorkloadReport } from './workload.ts'

interface Comparison {
  readonly id: string
  readonly title: string
  /** All cells, or a few for everyday use. */
  readonly variants: (isQuick: boolean) => readonly Variant[]
}

const present = (peers: readonly (Peer | undefined)[]): Peer[] => peers.filter((peer) => peer !== undefined)

const comparisonCells: readonly Comparison[] = [
  {
    id: 'W1',
    title: 'echo, JSON 100 B',
    variants: (isQuick) => {
      const connections = isQuick ? [64] : [1, 16, 64, 512]
      const shapes = isQuick ? [{ STAGES: '1', BATCH: '32' }] : echoShapes
      return shapes.flatMap((env) =>
        connections.flatMap((count) =>
          present([floor(), ours('echo', env), ...isolated(env), mosec('echo', env), handmade('echo')]).map(
            (peer) => ({
              peer,
              cell: `${env.STAGES} stage(s), batch ${env.BATCH}, c = ${count}`,
              connections: count,
              body: smallBody,
            }),
          ),
        ),
      )
    },
  },
  {
    id: 'W2',
    title: 'a model of 5 ms + 0.5 ms * n, batch 32',
    variants: (isQuick) =>
      (isQuick ? [1, 256] : [1, 8, 64, 256]).flatMap((count) =>
        present([ours('sleep'), mosec('sleep', { WAIT_MS: '10' }), handmade('sleep')]).map((peer) => ({
          peer,
          cell: `c = ${count}`,
          connections: count,
          body: smallBody,
        })),
      ),
  },
  {
    id: 'W1-python',
    title: 'echo, JSON 100 B: one Python worker behind Mosec and behind us',
    variants: (isQuick) =>
      (isQuick ? echoShapes.slice(1, 2) : echoShapes).flatMap((env) => {
        const cell = `${env.STAGES} stage(s), batch ${env.BATCH}`
        return pythonVariants('echo', env, { cell, connections: isQuick ? [1, 64] : [1, 16, 64, 512] })
      }),
  },
  {
    id: 'W2-python',
    title: 'a model of 5 ms + 0.5 ms * n, batch 32: one Python worker behind Mosec and behind us',
    variants: (isQuick) =>
      pythonVariants('sleep', {}, { cell: 'batch 32', connections: isQuick ? [1, 256] : [1, 8, 64, 256] }),
  },
]

/** The same file on both sides; Mosec waits as it does by default, we as we do. */
function pythonVariants(
  server: 'echo' | 'sleep',
  env: Readonly<Record<string, string>>,
  { cell, connections }: { readonly cell: string; readonly connections: readonly number[] },
): Variant[] {
  const peers = present([
    pythonStages(server, { ...env, WAIT_MS: '0' }),
    mosec(server, { ...env, WAIT_MS: '10' }),
  ])
  return connections.flatMap((count) =>
    peers.map((peer) => ({ peer, cell: `${cell}, c = ${count}`, connections: count, body: smallBody })),
  )
}

/** Ours without processes. */
const isolated = (env: Readonly<Record<string, string>>): Peer[] =>
  ['thread', 'inline'].map((ISOLATION) => ours('echo', { ...env, ISOLATION }, `ours, ${ISOLATION}`))

const echoShapes = [
  { STAGES: '1', BATCH: '1' },
  { STAGES: '1', BATCH: '32' },
  { STAGES: '3', BATCH: '32' },
]

/** Each compares all of its servers, round by round. */
export const comparisons: readonly Workload[] = comparisonCells.map(({ id, title, variants }) => ({
  id,
  title,
  defaults: (isQuick) => ({ rounds: isQuick ? 3 : 5, seconds: isQuick ? 2 : 5, minutes: 0 }),
  run: (settings) => compare(variants(settings.isQuick), settings),
}))

async function compare(
  variants: readonly Variant[],
  { rounds, seconds, print }: RunSettings,
): Promise<WorkloadReport> {
  const measured = await runRounds(variants, {
    rounds,
    warmUpSeconds: 1,
    seconds,
    onRun: (round, { peer, cell }) => print(`  round ${round}: ${peer.name}, ${cell}\n`),
  })
  return { text: `${table(measured)}\n\n${rawRounds(measured)}`, data: measured }
}

function rawRounds(measured: readonly VariantResult[]): string {
  const lines = measured.map(({ variant, rounds }) => {
    const perSecond = rounds.map(({ requestsPerSecond }) => requestsPerSecond.toFixed(0)).join(', ')
    return `  ${variant.peer.name}, ${variant.cell}: ${perSecond} req/s`
  })
  return `rounds:\n${lines.join('\n')}`
}
