/** The built reference server as a process of its own, for tests. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const builtMain = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** A server that answers. */
export interface RunningServer {
  readonly url: string
  readonly process: ChildProcess
  /** What it wrote to stderr so far: its log. */
  log(): string
  /** Ids of the processes that it started, theirs included. */
  descendants(): number[]
  /** Sends SIGTERM; gives the exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts it on a free port; resolves when it says that it is ready.
 * @throws Error with what it wrote, when it ends before.
 */
export async function startServer({ main = builtMain } = {}): Promise<RunningServer> {
  // pnpm's commands set NODE_PATH to a folder with every package; who runs `node` has none.
  const env = { ...process.env, NODE_PATH: '' }
  // The machine may be busy, so nothing is late.
  const flags = ['--port', '0', '--address', '127.0.0.1', '--timeout', '60000']
  const child = spawn(process.execPath, [main, ...flags], { env })
  const ended = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  const url = await readUrl(child)
  if (url === undefined) {
    await ended
    throw new Error(`the server ended with ${child.exitCode}: ${errors}`)
  }
  return {
    url,
    process: child,
    log: () => errors,
    descendants: () => descendantsOf(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** The ready message names the address in its command lines. */
async function readUrl(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /curl (http:\/\/[\d.:]+)\//.exec(line)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    return url
  }
  return undefined
}

function descendantsOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const childrenOf = (parent: number): number[] =>
    pairs.flatMap(([id = 0, parentId]) => (parentId === parent ? [id, ...childrenOf(id)] : []))
  return childrenOf(pid)
}

/** Processor time of these processes so far, in milliseconds: fields 14 and 15 of /proc/<pid>/stat, in ticks; proc(5). */
export function processorMsOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, each) => sum + each * 10, 0)
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
