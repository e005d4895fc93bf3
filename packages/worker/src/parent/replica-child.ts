/** The operating system's process behind a replica: fork, talk, end, and how it ended. */

import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from '@mosec/core'
import { type ParentMessage, parseReplicaMessage } from '../control/control-messages.ts'
import { deferred } from '../deferred.ts'
import type { ReplicaHostPorts } from './host-ports.ts'
import type { ModuleLaunch, ReplicaHost } from './replica-host.ts'

/** How long the last messages of an ended process are waited for, in milliseconds. */
const LAST_WORDS_MS = 500

/**
 * One process. Its stdout and stderr are the parent's: nothing that a user prints is lost or delayed, native crash
 * reports included, and colours stay. Control messages travel as JSON.
 */
export class ReplicaChild implements ReplicaHost {
  /** How it ended, in words; all its messages have been delivered before. */
  readonly exited: Promise<string>
  /** It ended by itself, without an error. */
  isCleanExit = false
  readonly #process: ChildProcess
  #isGone = false

  constructor(launch: ModuleLaunch, { clock, logger, received }: ReplicaHostPorts) {
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

function start({ modulePath, args, execArgv, env }: ModuleLaunch): ChildProcess {
  return fork(modulePath, args, {
    execArgv: [...execArgv],
    env: { ...env },
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
