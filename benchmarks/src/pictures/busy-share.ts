/** How busy the stages of a pipeline were, from what their workers noted (see `servers/picture/record-busy.ts`). */

import { readFileSync } from 'node:fs'

/** A span of time, in milliseconds since 1970. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** Share of the window in which the replicas of each stage computed, from 0 to 1; all replicas busy all the time is 1. */
export function busyShares(file: string, window: Span): ReadonlyMap<string, number> {
  const busyMs = new Map<string, number>()
  const replicas = new Map<string, Set<string>>()
  for (const [stage, pid, start, end] of readLines(file)) {
    busyMs.set(stage, (busyMs.get(stage) ?? 0) + overlapMs({ startMs: start, endMs: end }, window))
    replicas.set(stage, (replicas.get(stage) ?? new Set()).add(pid))
  }
  const windowMs = window.endMs - window.startMs
  return new Map(
    [...busyMs].map(([stage, sumMs]) => [stage, sumMs / windowMs / (replicas.get(stage)?.size ?? 1)]),
  )
}

function readLines(file: string): [stage: string, pid: string, startMs: number, endMs: number][] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const [stage = '', pid = '', start, end] = line.split(' ')
    return [stage, pid, Number(start), Number(end)]
  })
}

function overlapMs(span: Span, window: Span): number {
  return Math.max(0, Math.min(span.endMs, window.endMs) - Math.max(span.startMs, window.startMs))
}
