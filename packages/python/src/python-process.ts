/** A Python process of ours: what it prints and says, and how it ends. */

import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { LaunchedReplica, LaunchPorts } from '@mosec/core'
import { eachLine } from './each-line.ts'

/** What is started. */
export interface PythonProgram {
  /** Path or name of the interpreter. */
  readonly python: string
  /** Folder that it runs in. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it is to do; see `python/run.py`. */
  readonly task: object
}

const runFile = fileURLToPath(new URL('../python/run.py', import.meta.url))

/** The descriptor that messages travel on, both ways. */
const CONTROL = 3

/**
 * By default glibc gives memory of more than 128 KiB back at once, and each payload of that size then costs a page fault
 * for each of its pages, which can be half of what it costs at all. These are the limits up to which glibc itself raises
 * its own, in bytes; see mallopt(3). Other allocators do not read them.
 */
const MALLOC = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(64 * 1024 * 1024),
}

/** How long the last words of an ended process are waited for, in milliseconds. */
const LAST_WORDS_MS = 500

/** Descriptors 0 to 3: nothing to read, two pipes for what is printed, and a socket for messages. */
export class PythonProcess implements LaunchedReplica {
  readonly exited: Promise<string>
  isCleanExit = false
  /** The guard, which ends as what it guards ends. */
  readonly child: ChildProcess
  readonly #ports: LaunchPorts
  /** Of the process that computes. */
  #worker: number | undefined
  #isGone = false

  constructor(program: PythonProgram, ports: LaunchPorts) {
    this.#ports = ports
    this.child = start(program)
    this.exited = this.#watch(program)
    const [, stdout, stderr, control] = this.child.stdio
    eachLine(stdout as Readable | null, (line) => ports.logger.info(line, { stream: 'stdout' }))
    eachLine(stderr as Readable | null, (line) => ports.logger.warning(line, { stream: 'stderr' }))
    eachLine(control as Readable | null, (line) => this.#said(line))
    control?.on('error', () => {})
  }

  get pid(): number | undefined {
    return this.#worker ?? this.child.pid
  }

  send(message: object): void {
    const control = this.child.stdio[CONTROL] as Duplex | null | undefined
    if (!this.#isGone && control?.writable === true) control.write(`${JSON.stringify(message)}\n`)
  }

  /** The guard tells how the worker ended, and dies of its own when there is none yet. */
  kill(): void {
    if (this.#isGone) return
    if (this.#worker !== undefined) killIfAlive(this.#worker)
    this.child.kill('SIGKILL')
  }

  #said(line: string): void {
    const message = parsed(line)
    if (isProcessMessage(message)) this.#worker = message.pid
    else this.#ports.received(message)
  }

  #watch({ python, cwd }: PythonProgram): Promise<string> {
    return new Promise((resolve) => {
      this.child.once('error', (error) => {
        if (this.child.pid !== undefined) return
        this.#isGone = true
        resolve(`could not be started: ${whyNot(error, python, cwd)}`)
      })
      this.child.once('exit', (code, signal) => {
        this.#isGone = true
        this.isCleanExit = code === 0
        const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`
        // What it has started may hold its pipes open; they must not keep us alive.
        const late = this.#ports.clock.after(LAST_WORDS_MS, () => {
          for (const pipe of this.child.stdio) pipe?.destroy()
          resolve(how)
        })
        this.child.once('close', () => {
          late.cancel()
          resolve(how)
        })
      })
    })
  }
}

function start({ python, cwd, env, task }: PythonProgram): ChildProcess {
  return spawn(python, ['-u', runFile], {
    cwd,
    env: { ...MALLOC, ...env, MOSEC_PYTHON_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
}

function whyNot(error: Error, python: string, cwd: string): string {
  const isMissing = 'code' in error && error.code === 'ENOENT'
  if (!isMissing) return `${python}: ${error.message}`
  return (
    `there is no Python at ${python}, looked for in ${cwd}; make one: ` +
    'python3 -m venv .venv && .venv/bin/python -m pip install mosec'
  )
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended in this moment.
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

function isProcessMessage(message: unknown): message is { readonly pid: number } {
  if (typeof message !== 'object' || message === null) return false
  const { type, pid }: Partial<Record<string, unknown>> = { ...message }
  return type === 'mosec:process' && typeof pid === 'number'
}
