/** What a server left behind after its end. */

import { readdirSync, readFileSync } from 'node:fs'
import { isRunning } from '../process-tree.ts'

/** What to look for. */
export interface LeftoverOptions {
  /** All processes that it had. */
  readonly pids: readonly number[]
  /** The folder for temporary files that it was told. */
  readonly folder: string
  readonly port: number
}

/** In words; empty when there is nothing. */
export function leftovers({ pids, folder, port }: LeftoverOptions): string[] {
  return [
    ...pids.filter(isRunning).map((pid) => `process ${pid}`),
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `file ${name}`),
    ...socketsOf(port),
  ]
}

/** States of /proc/net/tcp, proc(5): those of connections that somebody still holds. */
const HELD = new Map([
  ['01', 'established'],
  ['08', 'close wait'],
  ['0A', 'listening'],
])

function socketsOf(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const [, ...rows] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n')
  return rows.flatMap((row) => {
    const [, local = '', , state = ''] = row.trim().split(/\s+/)
    const held = HELD.get(state)
    return local.endsWith(`:${hex}`) && held !== undefined ? [`socket ${held}`] : []
  })
}
