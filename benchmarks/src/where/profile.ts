/** Reads what `node --cpu-prof` writes: where a process was, sample by sample. */

import { readFile } from 'node:fs/promises'
import { type Frame, type Side, type Step, stepOf } from './steps.ts'

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** In microseconds of the machine's monotonic clock. */
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** A stretch of the machine's monotonic clock, in microseconds. */
export interface Period {
  readonly fromUs: number
  readonly toUs: number
}

/** Share of each step in what a process did in a period, idle time left out; they add up to 1. */
export async function readShares(file: string, side: Side, period: Period): Promise<Map<Step, number>> {
  const profile: Profile = JSON.parse(await readFile(file, 'utf8'))
  const stepById = stepsOfNodes(profile, side)
  const spent = new Map<Step, number>()
  let [nowUs, totalUs] = [profile.startTime, 0]
  for (const [index, id] of profile.samples.entries()) {
    const deltaUs = profile.timeDeltas[index] ?? 0
    nowUs += deltaUs
    const step = stepById.get(id)
    if (step === undefined || nowUs < period.fromUs || nowUs > period.toUs) continue
    spent.set(step, (spent.get(step) ?? 0) + deltaUs)
    totalUs += deltaUs
  }
  return new Map([...spent].map(([step, us]) => [step, us / totalUs]))
}

/** Without the nodes of an idle process. */
function stepsOfNodes({ nodes }: Profile, side: Side): Map<number, Step> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const stackOf = (id: number | undefined): Frame[] => {
    const node = id === undefined ? undefined : byId.get(id)
    if (node === undefined) return []
    const { functionName, url } = node.callFrame
    return [{ name: functionName, url }, ...stackOf(parents.get(node.id))]
  }
  return new Map(
    nodes
      .filter(({ callFrame }) => callFrame.functionName !== '(idle)')
      .map(({ id }) => [id, stepOf(stackOf(id), side)]),
  )
}
