/** A supervisor over a real process, with everything it said. */

import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  type Connection,
  packState,
  type ReplicaChanged,
  type Reply,
  systemClock,
  type Transport,
} from '@mosec/core'
import {
  type ReplicaProcess,
  type ReplicaProcessOptions,
  superviseReplica,
  type WorkerInfo,
} from '../src/replica.ts'
// @ts-expect-error a plain module, so that it runs in a process without a build
import { lineTransport } from './fixtures/line-transport.mjs'

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href

/** Node's options for a process that imports our sources. */
export const execArgv = ['--import', loader]

/** Path of a fixture. */
export const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

const STATE = packState({ isIngress: true, isEgress: true, requestCodec: 0, responseCodec: 0 })

/** One connection and all that came through it. */
export class Spy {
  readonly connection: Connection
  readonly said: ('reply' | 'closed')[] = []
  readonly replies: Reply[] = []
  closedReason: string | undefined

  constructor(connection: Connection, changed: () => void) {
    this.connection = connection
    connection.open({
      replied: (replies) => {
        this.said.push('reply')
        this.replies.push(...replies)
        changed()
      },
      closed: (reason) => {
        this.said.push('closed')
        this.closedReason = reason
        changed()
      },
    })
  }

  send(id: number, text: string): void {
    this.connection.send([{ id, state: STATE, bytes: new TextEncoder().encode(text) }], 0)
  }

  text(id: number): string | undefined {
    const reply = this.replies.find((one) => one.id === id)
    return reply === undefined ? undefined : Buffer.from(reply.bytes).toString()
  }
}

export class SupervisorRig implements AsyncDisposable {
  readonly spies: Spy[] = []
  readonly changes: ReplicaChanged[] = []
  readonly infos: WorkerInfo[] = []
  readonly lines: { readonly message: string; readonly fields: unknown }[] = []
  readonly supervisor: ReplicaProcess
  readonly #transport: Transport = lineTransport()
  readonly #waiting: { readonly isDone: () => boolean; readonly resolve: () => void }[] = []

  constructor(trouble: readonly string[] = [], options: Partial<ReplicaProcessOptions> = {}) {
    const log = (message: string, fields: unknown): void => {
      this.lines.push({ message, fields })
      this.#changed()
    }
    this.supervisor = superviseReplica({
      stage: 'test',
      replica: 2,
      launch: {
        isolation: 'process',
        modulePath: fixture('replica.mjs'),
        args: trouble,
        execArgv,
        env: { ...process.env, FIXTURE_COLOUR: 'red' },
      },
      transport: this.#transport,
      onConnection: (connection) => {
        this.spies.push(new Spy(connection, () => this.#changed()))
        this.#changed()
      },
      onInfo: (info) => this.infos.push(info),
      observer: {
        replicaChanged: (change) => {
          this.changes.push(change)
          this.#changed()
        },
      },
      clock: systemClock,
      logger: { debug: () => {}, info: log, warning: log, error: log },
      restart: { firstMs: 5, maxMs: 20, healthyMs: 60_000 },
      killGraceMs: 1_000,
      ...options,
    })
  }

  /** The newest connection. */
  get spy(): Spy {
    const spy = this.spies.at(-1)
    if (spy === undefined) throw new Error('no connection yet')
    return spy
  }

  get states(): string[] {
    return this.changes.map(({ state }) => state)
  }

  async ask(id: number, text: string): Promise<string | undefined> {
    const { spy } = this
    spy.send(id, text)
    await this.until(() => spy.text(id) !== undefined)
    return spy.text(id)
  }

  /** Waits for what an event of the supervisor or a connection makes true. */
  until(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ isDone, resolve }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.stop({ graceMs: 0 })
    await this.#transport[Symbol.asyncDispose]()
  }

  #changed(): void {
    for (const wait of this.#waiting) if (wait.isDone()) wait.resolve()
  }
}

/** True while the process exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
