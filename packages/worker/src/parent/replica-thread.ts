/** The thread behind a replica: start, talk, end, and how it ended. */

import { type MessagePort, Worker } from 'node:worker_threads'
import { type ParentMessage, parseReplicaMessage } from '../control/control-messages.ts'
import { deferred } from '../deferred.ts'
import { explained } from '../unreadable-source.ts'
import type { ReplicaHostPorts } from './host-ports.ts'
import type { ModuleLaunch, ReplicaHost } from './replica-host.ts'

/**
 * One thread of this process. It has an environment of its own, but what native code reads is the process's; and a
 * crash in native code, or running out of memory outside the heap, takes the whole process along.
 */
export class ReplicaThread implements ReplicaHost {
  readonly exited: Promise<string>
  isCleanExit = false
  readonly #thread: Worker
  #isGone = false

  /** @param door of the transport's listener, handed to the thread in `workerData`. */
  constructor(launch: ModuleLaunch, door: object | undefined, { logger, received }: ReplicaHostPorts) {
    this.#thread = new Worker(launch.modulePath, {
      argv: [...launch.args],
      env: definedOnly(launch.env),
      workerData: { mosecDoor: door },
      transferList: door === undefined ? [] : [door as MessagePort],
    })
    this.exited = this.#watch()
    this.#thread.on('message', (value) => {
      const message = parseReplicaMessage(value)
      if (message === undefined) logger.debug('ignored an unknown control message')
      else received(message)
    })
  }

  get pid(): number | undefined {
    return this.#isGone ? undefined : process.pid
  }

  send(message: ParentMessage): void {
    if (!this.#isGone) this.#thread.postMessage(message)
  }

  kill(): void {
    if (!this.#isGone) void this.#thread.terminate()
  }

  #watch(): Promise<string> {
    const ended = deferred<string>()
    let thrown = ''
    this.#thread.on('error', (error: Error) => {
      thrown = `: ${explained(error.message)}`
    })
    this.#thread.once('exit', (code) => {
      this.#isGone = true
      this.isCleanExit = code === 0
      ended.resolve(`exited with code ${code}${thrown}`)
    })
    return ended.promise
  }
}

function definedOnly(env: ModuleLaunch['env']): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
