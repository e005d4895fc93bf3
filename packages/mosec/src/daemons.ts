/** Helpers that live and die with the server: processes or functions, started before the replicas, ended after them. */

import { ChildProcess } from 'node:child_process'
import { ConfigurationError, systemClock } from '@mosec/core'
import { type Ending, endingOfChild, endingOfFunction } from './daemon-ending.ts'

/**
 * A process, or what starts one: called in the server's process only, while a process that the main module starts by
 * itself is started in each replica too, and ended there. An asynchronous function must end when its signal is aborted.
 */
export type Daemon = ChildProcess | ((signal: AbortSignal) => ChildProcess | Promise<unknown>)

/** The first daemon that ended by itself. */
export interface DaemonEnd extends Ending {
  readonly name: string
}

interface Running {
  readonly ending: Promise<Ending>
  readonly child: ChildProcess | undefined
}

/** What a killed process is waited for, in milliseconds. */
const KILL_MS = 500

/** Registered, then started, then stopped. */
export class Daemons {
  readonly #registered = new Map<string, Daemon>()
  readonly #running: Running[] = []
  readonly #abort = new AbortController()
  readonly #graceMs: number
  #end: DaemonEnd | undefined
  #isStopping = false

  /** @param graceMs time for each to end by itself once it was asked to, in milliseconds; then it is killed. */
  constructor(graceMs = 5_000) {
    this.#graceMs = graceMs
  }

  /** The first one that ended before it was told to. */
  get end(): DaemonEnd | undefined {
    return this.#end
  }

  /** @throws ConfigurationError for a name that is taken, or something that is no daemon. */
  register(name: string, daemon: Daemon): void {
    if (typeof name !== 'string' || name === '') throw new ConfigurationError('a daemon needs a name')
    if (this.#registered.has(name)) throw new ConfigurationError(`two daemons are called ${name}`)
    if (!(daemon instanceof ChildProcess) && typeof daemon !== 'function') {
      throw new ConfigurationError(
        `the daemon ${name} must be a child process or a function that starts it, got ${typeof daemon}`,
      )
    }
    // Without a listener, a program that does not exist would end the server with a stack.
    if (daemon instanceof ChildProcess) daemon.on('error', () => {})
    this.#registered.set(name, daemon)
  }

  /** @param onEnd told once, when one ends by itself. */
  start(onEnd: (end: DaemonEnd) => void): void {
    for (const [name, daemon] of this.#registered) {
      const running = this.#begin(daemon)
      this.#running.push(running)
      void running.ending.then((ending) => {
        if (this.#isStopping || this.#end !== undefined) return
        this.#end = { name, ...ending }
        onEnd(this.#end)
      })
    }
  }

  /** Asks all of them to end, and kills those that do not. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#abort.abort(new Error('the server stops'))
    for (const { child } of this.#running) child?.kill('SIGTERM')
    const timer = systemClock.after(this.#graceMs, () => this.kill())
    await this.#ended(this.#graceMs + KILL_MS)
    timer.cancel()
  }

  /** Ends all processes at once, those that were registered as processes and never started too. */
  kill(): void {
    for (const daemon of this.#registered.values()) if (daemon instanceof ChildProcess) daemon.kill('SIGKILL')
    for (const { child } of this.#running) child?.kill('SIGKILL')
  }

  #ended(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      // A function may never heed its signal. This timer keeps the process alive, which the clock's do not.
      const late = setTimeout(resolve, withinMs)
      void Promise.all(this.#running.map(({ ending }) => ending)).then(() => {
        clearTimeout(late)
        resolve()
      })
    })
  }

  #begin(daemon: Daemon): Running {
    try {
      const started = daemon instanceof ChildProcess ? daemon : daemon(this.#abort.signal)
      if (started instanceof ChildProcess) return { ending: endingOfChild(started), child: started }
      return { ending: endingOfFunction(started), child: undefined }
    } catch (error) {
      return { ending: endingOfFunction(Promise.reject(error)), child: undefined }
    }
  }
}
