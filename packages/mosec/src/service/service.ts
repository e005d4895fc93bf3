/** One running service: scheduler, replicas and HTTP face, started in order and stopped in the opposite order. */

import {
  type Clock,
  ConfigurationError,
  combineObservers,
  type Health,
  type Observer,
  systemClock,
} from '@mosec/core'
import { Scheduler } from '@mosec/core/scheduler'
import type { HttpFace, Listening } from '@mosec/http'
import { metricsObserver } from '@mosec/metrics'
import type { ApiInfo } from '@mosec/openapi'
import { adminFront } from '../admin/admin-front.ts'
import type { Blueprint } from '../blueprint.ts'
import { packageVersion, type ServerConfig } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import type { Plugin } from '../plugin.ts'
import { Scaling } from '../scaling/scaling.ts'
import { FailingReplicas } from './failing-replicas.ts'
import { Fleet } from './fleet.ts'
import { HttpSide, type OpenPort } from './http-side.ts'
import { metricsPage } from './metrics-page.ts'
import { RefusalLog } from './refusal-log.ts'
import type { RunningService } from './running-service.ts'
import { scheduledStages } from './scheduling.ts'
import { openTransports, type Transports } from './transports.ts'

/** What a service is made of. */
export interface ServiceOptions {
  readonly blueprint: Blueprint
  readonly config: ServerConfig
  readonly logger: ServerLogger
  readonly plugins: readonly Plugin[]
  /** The user's own handlers, in front of ours. */
  readonly app: HttpFace['app']
  /** Of the OpenAPI document; what is left out tells of Mosec. */
  readonly info: Partial<ApiInfo>
  /** Stops the server. */
  readonly stop: () => void
}

/** Time for a replica to tear down after its last task, in milliseconds. */
const TEARDOWN_MS = 2_000

const serverHeader = `mosec/${packageVersion()}`

type Status = 'starting' | 'running' | 'draining'

export class Service implements RunningService {
  readonly scheduler: Scheduler
  /** How stages run now, and changes to that. */
  readonly scaling: Scaling
  readonly #options: ServiceOptions
  readonly #observer: Required<Observer>
  readonly #metrics: ReturnType<typeof metricsObserver>
  readonly #transports: Transports
  readonly #fleet: Fleet
  readonly #front: ReturnType<typeof adminFront>
  readonly #clock: Clock = systemClock
  readonly #failing = new FailingReplicas(this.#clock)
  readonly #startAbort = new AbortController()
  #status: Status = 'starting'
  #http: HttpSide | undefined
  #listening: OpenPort | undefined
  #stopped: Promise<void> | undefined

  constructor(options: ServiceOptions) {
    const { blueprint, config, logger } = options
    this.#options = options
    this.#metrics = metricsObserver({
      namespace: config.namespace,
      timeoutMs: config.timeoutMs,
      stages: blueprint.stages.map(({ name }) => name),
      routes: blueprint.routes,
    })
    const observers = options.plugins.flatMap(({ observer }) => observer ?? [])
    const refusals = new RefusalLog(this.#clock, logger)
    this.#observer = combineObservers(
      [this.#metrics, this.#failing, refusals, ...observers],
      (error, event) => logger.error(`an observer threw on ${event}; it goes on being told`, { error }),
    )
    this.scheduler = new Scheduler({
      stages: scheduledStages(blueprint.stages, config.capacity),
      routes: blueprint.routes,
      timeoutMs: config.timeoutMs,
      refuseLate: config.refuseLate,
      clock: this.#clock,
      observer: this.#observer,
      logger,
    })
    this.#transports = openTransports(config)
    this.#fleet = new Fleet({
      stages: blueprint.stages,
      scheduler: this.scheduler,
      transports: this.#transports,
      observer: this.#observer,
      clock: this.#clock,
      logger,
      logLevel: config.logLevel,
      readyMin: config.readyMin,
    })
    this.scaling = new Scaling({
      routes: blueprint.routes,
      fleet: this.#fleet,
      scheduler: this.scheduler,
      observer: this.#observer,
      logger,
      isRunning: () => this.#status === 'running',
    })
    const { scaling } = this
    this.#front = adminFront({ ...config, serverHeader, scaling, clock: this.#clock, logger })
  }

  get blueprint(): Blueprint {
    return this.#options.blueprint
  }

  /** Paths of the registered routes. */
  get routes(): readonly string[] {
    return this.#options.blueprint.routes.map(({ path }) => path)
  }

  /**
   * The HTTP side.
   * @throws ConfigurationError before the replicas have started: what they speak is not known yet.
   */
  get face(): HttpFace {
    return this.#running.face
  }

  get #running(): HttpSide {
    if (this.#http !== undefined) return this.#http
    throw new ConfigurationError('the service is not started yet: await server.start() first')
  }

  /** Whether a route answers with a stream of events. */
  isStream(route: string): boolean {
    const egress = this.#options.blueprint.routes.find(({ path }) => path === route)?.stages.at(-1)
    return egress !== undefined && this.#fleet.infos.get(egress)?.isStream === true
  }

  /** Whether each stage has a replica that can take a batch, and is in service. */
  health(): Health {
    const stages = this.scaling.stages.map(({ name, replicas, drained }) => ({
      stage: name,
      ready: this.scheduler.stage(name).ready,
      replicas,
      ...(drained ? { isDrained: true } : {}),
    }))
    const failing = this.#failing.list()
    if (this.#status !== 'running') return { status: this.#status, stages, failing }
    const isReady = stages.every(({ ready, isDrained }) => ready > 0 && isDrained !== true)
    return { status: isReady ? 'ready' : 'degraded', stages, failing }
  }

  /**
   * Starts the replicas. When one cannot be ready, all are ended again.
   * @throws StartError, ConfigurationError.
   */
  async start(): Promise<void> {
    const { plugins, app, logger } = this.#options
    try {
      for (const plugin of plugins) plugin.setup?.({ app, logger })
      await this.#fleet.start(this.#startAbort.signal)
      this.#http = this.#makeHttpSide()
      for (const plugin of plugins) await plugin.started?.()
      this.#status = 'running'
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /**
   * Opens the port, here or in ingress processes.
   * @throws StartError when it is in use, or an ingress does not start.
   */
  async listen(): Promise<Listening> {
    this.#listening = await this.#running.listen()
    return this.#listening
  }

  /**
   * Says "not ready" and keeps no connection any longer, waits the drain delay, refuses what comes, finishes what was
   * admitted, then ends everything. Later calls wait for the first.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** Ends all processes at once; nothing in flight is answered. */
  async kill(): Promise<void> {
    this.#listening?.kill()
    this.#fleet.kill()
    await this.#transports[Symbol.asyncDispose]()
  }

  #makeHttpSide(): HttpSide {
    return new HttpSide({
      ...this.#options,
      infos: this.#fleet.infos,
      submitter: this.scheduler,
      health: () => this.health(),
      metrics: async () => ({ contentType: this.#metrics.contentType, body: await this.#metricsPage() }),
      ...this.#front,
      serverHeader,
      clock: this.#clock,
      observer: this.#observer,
      signal: this.#startAbort.signal,
    })
  }

  #metricsPage(): Promise<string> {
    const { plugins, logger } = this.#options
    return metricsPage({ own: () => this.#metrics.text(), plugins, logger })
  }

  async #stop(): Promise<void> {
    const { config } = this.#options
    const wasRunning = this.#status === 'running'
    this.#status = 'draining'
    this.#startAbort.abort(new Error('the server was stopped while it started'))
    this.#listening?.drain()
    if (wasRunning) await this.#wait(config.drainDelayMs)
    await this.scheduler.drain()
    await this.#listening?.close()
    await this.#fleet.stop(TEARDOWN_MS)
    this.scheduler.close()
    await this.#transports[Symbol.asyncDispose]()
    if (wasRunning) await this.#tellStopped()
  }

  async #tellStopped(): Promise<void> {
    const { plugins, logger } = this.#options
    for (const plugin of plugins) {
      try {
        await plugin.stopped?.()
      } catch (error) {
        logger.error(`the plugin ${plugin.name} threw when told that the service stopped`, { error })
      }
    }
  }

  #wait(delayMs: number): Promise<void> {
    return delayMs === 0 ? Promise.resolve() : new Promise((resolve) => this.#clock.after(delayMs, resolve))
  }
}
