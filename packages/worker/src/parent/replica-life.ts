/** One life of a replica: from the fork of its process to the exit, whatever happens in between. */

import type { Clock, Link, Listener, Logger, ReplicaReport, Transport } from '@mosec/core'
import { ConfigurationError, StartError } from '@mosec/core'
import { startFailure } from '../child/start-phase.ts'
import { textOf } from '../control/control-logger.ts'
import type { FailedMessage, ReplicaMessage, WorkerInfo } from '../control/control-messages.ts'
import { deferred } from '../deferred.ts'
import { ReplicaConnection } from './replica-connection.ts'
import type { ReplicaGuard } from './replica-guard.ts'
import type { ReplicaHost, ReplicaLaunch } from './replica-host.ts'
import { tellSlowStart } from './slow-start.ts'
import { hostLink, startHost } from './start-host.ts'
import { within } from './within.ts'

/** A link whose process has exited says so itself, as a rule in the same turn; after this time it is said for it. */
const LINK_CLOSE_MS = 1_000

/** What a life is made of. */
export interface ReplicaLifeOptions {
  readonly stage: string
  /** 1-based number within the stage. */
  readonly replica: number
  /** Names its address, unique among the open ones; stage and number when left out. */
  readonly addressName?: string
  readonly launch: ReplicaLaunch
  readonly transport: Transport
  readonly clock: Clock
  readonly logger: Logger
  /** Shared by all replicas of the server that are processes. */
  readonly guard?: ReplicaGuard | undefined
  /** What the replica says of itself. */
  readonly onReport: (report: ReplicaReport) => void
  /** So many tasks failed alone, after the `forward` of their whole batch had thrown. */
  readonly onIsolated: (tasks: number) => void
  /** Longest time from fork to ready, in milliseconds; `Infinity` for no limit. */
  readonly startTimeoutMs: number
  /** Time for a process that should end by itself, before it is killed, in milliseconds. */
  readonly killGraceMs: number
}

/** A replica that can take batches. */
export interface ReadyReplica {
  readonly info: WorkerInfo
  readonly connection: ReplicaConnection
}

/** One process and its connection. */
export class ReplicaLife {
  /** Said once the process has exited and the scheduler knows: why. */
  readonly ended: Promise<string>
  readonly #options: ReplicaLifeOptions
  readonly #listener: Listener
  readonly #child: ReplicaHost
  readonly #hello = deferred<WorkerInfo>()
  /** Whatever ends the start first. */
  readonly #failed = deferred<never>()
  readonly #over = new AbortController()
  #accepted: Promise<Link> | undefined
  #connection: ReplicaConnection | undefined
  /** Why this side ended it. */
  #killedFor: string | undefined

  /** Opens an address and forks. @throws StartError when there is no process to be had, ConfigurationError by a setting. */
  static async begin(options: ReplicaLifeOptions): Promise<ReplicaLife> {
    const { transport, stage, replica, addressName = `${stage}-${replica}` } = options
    let listener: Listener | undefined
    try {
      listener = await transport.listen(addressName.replaceAll(/[^\w.-]/g, '_'))
      return new ReplicaLife(options, listener)
    } catch (cause) {
      await listener?.[Symbol.asyncDispose]()
      if (cause instanceof ConfigurationError) throw cause
      throw startError(options, `its process could not be started: ${textOf(cause)}`, cause)
    }
  }

  private constructor(options: ReplicaLifeOptions, listener: Listener) {
    const { stage, replica, launch, clock, logger, guard } = options
    this.#options = options
    this.#listener = listener
    this.#child = startHost(
      launch,
      { stage, replica, listener },
      { clock, logger, guard, received: (message) => this.#received(message) },
    )
    this.ended = this.#watch()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /**
   * Waits until the worker is warm and connected. When that fails the process is ended.
   * @throws StartError naming stage, replica and cause; the signal's reason when it is aborted.
   */
  async ready(signal?: AbortSignal): Promise<ReadyReplica> {
    try {
      const [info, link] = await this.#started(signal)
      this.#connection = this.#connect(link)
      void this.#refuseStrangers().catch(() => {})
      return { info, connection: this.#connection }
    } catch (error) {
      this.#refuse()
      await this.#endWithin(signal?.aborted ? 0 : this.#options.killGraceMs)
      throw error
    }
  }

  /** Tells it the size that batches have at most from now on. */
  limit(maxBatchSize: number): void {
    this.#child.send({ type: 'mosec:limits', maxBatchSize })
  }

  /** Asks it to finish and leave; kills it when it has not left within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#child.send({ type: 'mosec:drain' })
    await this.#endWithin(graceMs)
  }

  /** Ends the process at once. @param why for the log, when it is no part of a stop. */
  kill(why?: string): void {
    this.#killedFor ??= why
    this.#child.kill()
  }

  #received(message: ReplicaMessage): void {
    switch (message.type) {
      case 'mosec:hello':
        this.#hello.resolve(message.worker)
        return
      case 'mosec:failed':
        this.#fail(startFailure(message), causeOf(message))
        return
      case 'mosec:report':
        this.#options.onReport(message.report)
        return
      case 'mosec:isolated':
        this.#options.onIsolated(message.tasks)
        return
      case 'mosec:log': {
        const { stage, replica, logger } = this.#options
        logger[message.level](message.message, { ...message.fields, stage, replica })
      }
    }
  }

  /** Both the hello and the connection, unless something ends the start before. */
  #started(signal: AbortSignal | undefined): Promise<[WorkerInfo, Link]> {
    const { startTimeoutMs, clock } = this.#options
    const timer =
      startTimeoutMs < Infinity
        ? clock.after(startTimeoutMs, () => this.#fail(tooSlow(startTimeoutMs)))
        : undefined
    const slow = tellSlowStart(this.#options)
    const abort = (): void => this.#failed.reject(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    void this.#child.exited.then((how) => this.#fail(this.#exitedEarly(how)))
    this.#accepted = this.#listener.accept(this.#over.signal)
    const ready = Promise.all([this.#hello.promise, this.#accepted])
    return Promise.race([ready, this.#failed.promise]).finally(() => {
      timer?.cancel()
      slow.cancel()
      signal?.removeEventListener('abort', abort)
    })
  }

  #connect(link: Link): ReplicaConnection {
    const { stage, replica, clock, launch, onIsolated: isolated } = this.#options
    return new ReplicaConnection({
      link: hostLink(launch, { stage, replica, listener: this.#listener }, { link, isolated }),
      replica,
      clock,
      sendCancel: (ids) => this.#child.send({ type: 'mosec:cancel', ids }),
      sendGrants: (grants) => this.#child.send({ type: 'mosec:grant', grants }),
      kill: () => this.kill('it did not answer in time'),
    })
  }

  /** A replica connects once; whoever comes to its address afterwards is somebody else. Ends with this life. */
  async #refuseStrangers(): Promise<never> {
    const { stage, replica, logger } = this.#options
    for (;;) {
      const stranger = await this.#listener.accept(this.#over.signal)
      logger.warning('a second connection to the address of a replica was refused', { stage, replica })
      stranger.close()
    }
  }

  /** Waits for the exit, and makes sure that it comes and that the scheduler hears of it. */
  async #watch(): Promise<string> {
    const how = await this.#child.exited
    this.#over.abort()
    const connection = this.#connection
    if (connection?.isOpen) await within(connection.closed, LINK_CLOSE_MS, this.#options.clock)
    connection?.lost(how)
    await this.#listener[Symbol.asyncDispose]()
    const why = this.#killedFor ?? (await this.#lossOf(connection, how))
    return why === undefined ? how : `${how}: ${why}`
  }

  /** Why a replica left that nothing was wrong with but its connection. */
  async #lossOf(connection: ReplicaConnection | undefined, how: string): Promise<string | undefined> {
    const lostBy = this.#child.isCleanExit ? await connection?.closed : undefined
    return lostBy === undefined || lostBy === how ? undefined : `its connection ended: ${lostBy}`
  }

  /** Nobody will use the link, whether it came or comes. */
  #refuse(): void {
    this.#over.abort()
    this.#accepted?.then(
      (link) => link.close(),
      () => {},
    )
  }

  async #endWithin(graceMs: number): Promise<void> {
    if (graceMs > 0) await within(this.#child.exited, graceMs, this.#options.clock)
    this.#child.kill()
    await this.ended
  }

  #exitedEarly(how: string): string {
    const hint = this.#child.isCleanExit
      ? ': its main module ended and never reached server.run(); is run() awaited, and not behind a condition?'
      : ''
    return this.pid === undefined ? `the process ${how}` : `the process ${how} before it was ready${hint}`
  }

  #fail(what: string, cause?: Error): void {
    this.#failed.reject(startError(this.#options, what, cause))
  }
}

function startError({ stage, replica }: ReplicaLifeOptions, what: string, cause?: unknown): StartError {
  return new StartError(`stage '${stage}', replica ${replica}: ${what}`, { cause })
}

const tooSlow = (startTimeoutMs: number): string =>
  `not ready after ${startTimeoutMs} ms; raise startTimeoutMs if its set-up needs longer`

/** The user's error as it was thrown in the other process. */
function causeOf({ message, stack }: FailedMessage): Error {
  const cause = new Error(message)
  cause.stack = stack
  return cause
}
