/** Keeps one replica alive: starts its process, hands over its connection, starts it again when it dies. */

import type { Connection, Observer, ReplicaChanged, ReplicaReport, ReplicaState, Timer } from '@mosec/core'
import type { WorkerInfo } from '../control/control-messages.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { logDeath } from './log-death.ts'
import type { ReplicaLaunch } from './replica-host.ts'
import { type ReadyReplica, ReplicaLife, type ReplicaLifeOptions } from './replica-life.ts'
import { type RestartOptions, RestartPolicy, restartDefaults } from './restart-policy.ts'

/** What a supervisor is made of. */
export interface ReplicaProcessOptions
  extends Omit<ReplicaLifeOptions, 'launch' | 'onReport' | 'onIsolated' | 'startTimeoutMs' | 'killGraceMs'>,
    Partial<Pick<ReplicaLifeOptions, 'startTimeoutMs' | 'killGraceMs'>> {
  /** What is started: each time the same, or what the function says then. */
  readonly launch: ReplicaLaunch | (() => ReplicaLaunch)
  /** The replica connected, for the first time or again; the connection must be opened in this call. */
  readonly onConnection: (connection: Connection) => void
  /** The worker described itself; before `onConnection`, each time. */
  readonly onInfo?: (info: WorkerInfo) => void
  readonly observer: Observer
  readonly restart?: RestartOptions
}

/** What a change of state says beyond the state. */
type Why = Pick<ReplicaChanged, 'reason' | 'retryInMs'>

/** How long a replica may take to leave. */
export interface StopOptions {
  /** Time to finish what it holds and to tear down, in milliseconds; then it is killed. */
  readonly graceMs: number
  /** Awaited before it is asked to leave, for who has taken it off work; a death in the meantime is the end, too. */
  readonly whenIdle?: Promise<unknown>
}

const DEFAULT_KILL_GRACE_MS = 2_000

/**
 * ```
 * starting -> ready -> backoff -> starting ...      at any time: -> stopping -> stopped
 * ```
 */
export class ReplicaProcess implements AsyncDisposable {
  readonly #options: ReplicaProcessOptions & Omit<ReplicaLifeOptions, 'launch'>
  readonly #restartPolicy: RestartPolicy
  #state: ReplicaState = 'stopped'
  #restarts = 0
  #life: ReplicaLife | undefined
  #connection: ReadyReplica['connection'] | undefined
  #isStopping = false
  #beginning: Promise<WorkerInfo> | undefined
  #supervised: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined
  #healthyTimer: Timer | undefined
  readonly #stopAsked: Deferred<void> = deferred()

  constructor(options: ReplicaProcessOptions) {
    this.#options = {
      startTimeoutMs: Infinity,
      killGraceMs: DEFAULT_KILL_GRACE_MS,
      onReport: (report) => this.#reported(report),
      onIsolated: (tasks) => this.#tell((observer) => observer.isolated?.(options.stage, tasks)),
      ...options,
    }
    this.#restartPolicy = new RestartPolicy(options.restart ?? restartDefaults, options.clock)
  }

  /** Where it is in its life; `stopped` before `start`. */
  get state(): ReplicaState {
    return this.#state
  }

  /** Times it was started again. */
  get restarts(): number {
    return this.#restarts
  }

  /** Its process, for logs and tests; undefined while there is none. */
  get pid(): number | undefined {
    return this.#life?.pid
  }

  /**
   * Starts it; from then on it is kept alive until `stop`. To be called once.
   * @throws StartError when it does not become ready: the message names stage, replica and what failed, `cause` is the
   * user's error. The signal's reason when that is aborted. The replica is stopped then.
   */
  async start(signal?: AbortSignal): Promise<WorkerInfo> {
    try {
      this.#beginning = this.#begin(signal)
      const info = await this.#beginning
      this.#supervised = this.#supervise()
      return info
    } catch (error) {
      this.#life = undefined
      this.#change('stopped', error instanceof Error ? { reason: error.message } : {})
      throw error
    }
  }

  /** Tells it the size that batches have at most from now on; lost while there is no process. */
  limit(maxBatchSize: number): void {
    this.#life?.limit(maxBatchSize)
  }

  /** Lets it finish what it holds, then ends it. Later calls wait for the first. */
  stop(options: StopOptions): Promise<void> {
    this.#stopped ??= this.#stop(options)
    return this.#stopped
  }

  /** Ends a process that hangs, at once; it is started again. Harmless when there is none. */
  kill(): void {
    this.#life?.kill()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ graceMs: this.#options.killGraceMs })
  }

  async #begin(signal?: AbortSignal): Promise<WorkerInfo> {
    this.#change('starting')
    const { launch } = this.#options
    this.#life = await ReplicaLife.begin({
      ...this.#options,
      launch: typeof launch === 'function' ? launch() : launch,
    })
    if (this.#isStopping) this.#life.kill()
    const ready = await this.#life.ready(signal)
    this.#becomeReady(ready)
    return ready.info
  }

  #becomeReady({ info, connection }: ReadyReplica): void {
    this.#restartPolicy.ready()
    this.#connection = connection
    if (this.#isStopping) return
    this.#endWhenClosed(connection.closed)
    this.#options.onInfo?.(info)
    this.#options.onConnection(connection)
    this.#change('ready')
    this.#tellWhenHealthy()
  }

  /** Its deaths are forgotten once it has lived long enough. */
  #tellWhenHealthy(): void {
    if (this.#restartPolicy.deaths === 0) return
    const { clock, restart = restartDefaults } = this.#options
    this.#healthyTimer = clock.after(restart.healthyMs, () => {
      this.#restartPolicy.forget()
      this.#tellState('ready')
    })
  }

  /** A process without a connection is of no use: it should leave by itself, and is made to otherwise. */
  #endWhenClosed(closed: Promise<string>): void {
    const life = this.#life
    void closed.then((reason) => {
      if (this.#isStopping) return
      this.#options.clock.after(this.#options.killGraceMs, () =>
        life?.kill(`its connection ended: ${reason}`),
      )
    })
  }

  /** Death after death, until it is told to stop. */
  async #supervise(): Promise<void> {
    for (;;) {
      const reason = (await this.#life?.ended) ?? 'could not be started'
      this.#life = undefined
      if (this.#isStopping || !(await this.#backOff(reason))) return
      this.#restarts += 1
      await this.#restart()
    }
  }

  async #backOff(reason: string): Promise<boolean> {
    const { clock, logger, stage, replica } = this.#options
    const retryInMs = this.#restartPolicy.died(this.#connection?.hasAnswered)
    this.#connection = undefined
    const { deaths } = this.#restartPolicy
    logDeath(logger, reason, { stage, replica, deaths, restarts: this.#restarts, retryInMs })
    this.#change('backoff', { reason, retryInMs })
    const again = deferred<void>()
    const timer = clock.after(retryInMs, again.resolve)
    await Promise.race([again.promise, this.#stopAsked.promise])
    timer.cancel()
    return !this.#isStopping
  }

  /** A start that fails is one more death: the supervisor goes on. */
  async #restart(): Promise<void> {
    try {
      await this.#begin()
    } catch (error) {
      if (!this.#isStopping) this.#options.logger.error('the replica did not start again', { error })
    }
  }

  async #stop({ graceMs, whenIdle }: StopOptions): Promise<void> {
    this.#isStopping = true
    if (this.#state === 'stopped') return
    const wasReady = this.#state === 'ready'
    this.#change('stopping')
    this.#stopAsked.resolve()
    if (whenIdle !== undefined) await Promise.race([whenIdle, this.#life?.ended])
    await this.#life?.stop(wasReady ? graceMs : Math.min(graceMs, this.#options.killGraceMs))
    await this.#beginning?.catch(() => {})
    await this.#supervised
    this.#change('stopped')
  }

  #reported(report: ReplicaReport): void {
    const { stage, replica } = this.#options
    this.#tell((observer) => observer.replicaReported?.({ ...report, stage, replica }))
  }

  #change(state: ReplicaState, why: Why = {}): void {
    if (state === this.#state) return
    this.#state = state
    this.#healthyTimer?.cancel()
    this.#tellState(state, why)
  }

  #tellState(state: ReplicaState, why: Why = {}): void {
    const { stage, replica } = this.#options
    const { deaths } = this.#restartPolicy
    const change = { stage, replica, state, restarts: this.#restarts, deaths, ...why }
    this.#tell((observer) => observer.replicaChanged?.(change))
  }

  #tell(say: (observer: Observer) => void): void {
    try {
      say(this.#options.observer)
    } catch (error) {
      this.#options.logger.error('an observer threw', { error })
    }
  }
}

/** Makes a supervisor; it does nothing until `start`. */
export function superviseReplica(options: ReplicaProcessOptions): ReplicaProcess {
  return new ReplicaProcess(options)
}
