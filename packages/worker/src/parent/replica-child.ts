/** The operating system's process behind a replica: fork, talk, end, and how it ended. */

import { type ChildProcess, fork } from 'node:child_process'
import type { Clock, Logger } from '@mosec/core'
import { type ParentMessage, parseReplicaMessage, type ReplicaMessage } from '../control/control-messages.ts'
import type { Environment } from '../control/replica-place.ts'
import { deferred } from '../deferred.ts'

/** How long the last messages of an ended process are waited for, in milliseconds. */
const LAST_WORDS_MS = 500

/** What is started. */
export interface ReplicaLaunch {
  /** Path of the module to run. */
  readonly modulePath: string
  readonly args: readonly string[]
  /** Options of node itself, before the module. */
  readonly execArgv: readonly string[]
  /** The whole environment of the process, there before it starts. */
  readonly env: Environment
}

/** What a child needs from its surroundings. */
export interface ReplicaChildPorts {
  readonly clock: Clock
  readonly logger: Logger
  /** A checked message from the child. */
  readonly received: (message: ReplicaMessage) => void
}

/**
 * One process. Its stdout and stderr are the parent's: nothing that a user prints is lost or delayed, native crash
 * reports included, and colours stay. Control messages travel as JSON.
 */
export class ReplicaChild {
  /** How it ended, in words; all its messages have been delivered before. */
  readonly exited: Promise<string>
  /** It ended by itself, without an error. */
  isCleanExit = false
  readonly #process: ChildProcess
  #isGone = false

  constructor(launch: ReplicaLaunch, { clock, logger, received }: ReplicaChildPorts) {
    this.#process = start(launch)
    this.exited = this.#watch(clock)
    this.#process.on('message', (value) => {
      const message = parseReplicaMessage(value)
      if (message === undefined) logger.debug('ignored an unknown control message')
      else received(message)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Lost when the process is gone. */
  send(message: ParentMessage): void {
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  /** Ends it at once; harmless when it has ended. */
  kill(): void {
    if (!this.#isGone) this.#process.kill('SIGKILL')
  }

  /** `close` says that the channel has been read to its end too, but a grandchild may hold that open. */
  #watch(clock: Clock): Promise<string> {
    const ended = deferred<string>()
    this.#process.on('error', (error) => {
      if (this.#process.pid === undefined) ended.resolve(`could not be started: ${error.message}`)
    })
    this.#process.once('exit', (code, signal) => {
      this.#isGone = true
      this.isCleanExit = code === 0
      const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`
      const late = clock.after(LAST_WORDS_MS, () => ended.resolve(how))
      this.#process.once('close', () => {
        late.cancel()
        ended.resolve(how)
      })
    })
    return ended.promise
  }
}

function start({ modulePath, args, execArgv, env }: ReplicaLaunch): ChildProcess {
  return fork(modulePath, args, {
    execArgv: [...execArgv],
    env: { ...env },
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
