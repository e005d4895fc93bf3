/** A server program in a process of its own: started, ready on a port, stopped, and nothing left behind. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** What a test does with it. */
export interface RunningProgram {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Processes of the program that live now, itself among them. */
  processes(): number[]
  /** Sends SIGTERM. @returns the exit code, null when a signal ended it. */
  stop(): Promise<number | null>
}

/**
 * Starts `node <args>` and waits until it says its port.
 * @param signal kills it, for a test that ran out of time.
 * @throws Error when it ends first; the message holds what it printed.
 */
export async function startProgram(
  cwd: string,
  args: string[],
  signal: AbortSignal,
): Promise<RunningProgram> {
  const mark = `MOSEC_TEST_MARK=${randomUUID()}`
  const env = { ...process.env, MOSEC_TEST_MARK: mark.slice(mark.indexOf('=') + 1) }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'inherit', 'pipe'] })
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  const ended = once(child, 'exit')
  void ended.then(() => signal.removeEventListener('abort', kill))
  const port = await readPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    processes: () => processesWith(mark),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** The server logs JSON lines to stderr; the one that says it is ready has a `port`. */
async function readPort(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('the program needs a pipe as its stderr')
  const lines: string[] = []
  return await new Promise((resolve, reject) => {
    const reader = createInterface({ input: child.stderr as NodeJS.ReadableStream })
    reader.on('line', (line) => {
      lines.push(line)
      const port = portIn(line)
      if (port !== undefined) resolve(port)
    })
    reader.on('close', () => reject(new Error(`the program ended before it was ready:\n${lines.join('\n')}`)))
  })
}

function portIn(line: string): number | undefined {
  try {
    const { port } = JSON.parse(line)
    return typeof port === 'number' ? port : undefined
  } catch {
    return undefined
  }
}

/** Children inherit the environment, so the mark finds them wherever they were re-parented to. Linux only. */
function processesWith(mark: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(mark))
    .map(Number)
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
