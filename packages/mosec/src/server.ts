/** What the user holds: names stages and routes, then runs them. */

import { type AnyWorker, ConfigurationError, StartError, type WorkerClass } from '@mosec/core'
import type { FaceEnv, HttpFace } from '@mosec/http'
import { Hono } from 'hono'
import { BlueprintDraft, type RouteOptions } from './blueprint.ts'
import type { ConfigDefaults, ServerConfig } from './config/index.ts'
import { type Daemon, Daemons } from './daemons.ts'
import type { ServerLogger } from './log/index.ts'
import type { Plugin } from './plugin.ts'
import type { RunOptions } from './program.ts'
import type { StageChanges } from './scaling/stage-changes.ts'
import type { StageState } from './scaling/stage-state.ts'
import { serveElsewhere } from './serve-elsewhere.ts'
import type { AppendOptions, ServerOptions } from './server-options.ts'
import type { SubmitOptions } from './service/in-process.ts'
import type { RunningService } from './service/running-service.ts'
import type { Service } from './service/service.ts'
import type { Chain, Stage } from './stage.ts'
import type { BatchStageOptions, StageOptionsOf } from './stage-options.ts'

/** Where Mosec puts a worker that names no route. */
const DEFAULT_ROUTE = '/inference'

/**
 * A model server.
 *
 * In the process of a replica whose worker is a class, and in those of `--ingress`, the main module runs again, and
 * there `run` and `start` serve and do not return: keep what only the server should do behind them.
 *
 * @example
 * const server = new Server()
 * server.appendWorker(Square, { replicas: 2, maxBatchSize: 16, maxWaitMs: 10 })
 * await server.run()
 */
export class Server implements AsyncDisposable {
  /** The Hono app: add middleware and routes of your own before the service answers its first request. */
  readonly app: HttpFace['app'] = new Hono<FaceEnv>()
  readonly #defaults: ConfigDefaults
  readonly #info: NonNullable<ServerOptions['info']>
  readonly #draft = new BlueprintDraft()
  readonly #plugins: Plugin[] = []
  readonly #daemons = new Daemons()
  readonly #closing = new AbortController()
  #starting: Promise<void> | undefined
  #service: RunningService | undefined

  constructor({ info = {}, ...defaults }: ServerOptions = {}) {
    this.#defaults = defaults
    this.#info = info
  }

  // The class comes last, since the compiler's message about a wrong option is that of the last overload.
  /** Adds the worker that the module at this URL exports by default, as the last stage of its route. */
  appendWorker(worker: URL, options?: BatchStageOptions & AppendOptions): this
  /**
   * Adds a worker as the last stage of its route.
   * @param worker the class, or as above the URL of the module whose default export it is.
   * What cannot be (an option, a route, a thing that is no worker) is said by `run` and `start`.
   */
  appendWorker<W extends AnyWorker>(worker: new () => W, options?: StageOptionsOf<W> & AppendOptions): this
  appendWorker(worker: WorkerClass | URL, options: BatchStageOptions & AppendOptions = {}): this {
    this.#refuseOnceStarted('appendWorker')
    const { route = DEFAULT_ROUTE, ...stageOptions } = options
    const appended: Stage = { worker, options: stageOptions }
    for (const path of typeof route === 'string' ? [route] : route) this.#draft.append(path, appended)
    return this
  }

  /**
   * Makes a route of stages, whose types must fit each other in this order.
   * A path that is taken or reserved is said by `run` and `start`.
   *
   * @example
   * server.route('/v1/embeddings', stage(Tokenize), stage(Embed, { maxBatchSize: 32 }), stage(Format))
   * server.route({ path: '/square', codecs: [json(), msgpack()] }, stage(Square))
   */
  route<const Stages extends readonly [Stage, ...Stage[]]>(
    route: string | RouteOptions,
    ...stages: Chain<Stages>
  ): this {
    this.#refuseOnceStarted('route')
    this.#draft.route(typeof route === 'string' ? { path: route } : route, stages)
    return this
  }

  /** Adds a plugin; see {@link Plugin}. */
  use(plugin: Plugin): this {
    this.#refuseOnceStarted('use')
    this.#plugins.push(plugin)
    return this
  }

  /**
   * Adds a helper that lives and dies with the server: started before the replicas, ended after them. When it ends by
   * itself, the server stops, and its process ends with the helper's code.
   * @throws ConfigurationError for a name that is taken.
   *
   * @example
   * server.registerDaemon('redis', (signal) => spawn('redis-server', ['--port', '7000'], { signal }))
   */
  registerDaemon(name: string, daemon: Daemon): this {
    this.#refuseOnceStarted('registerDaemon')
    this.#daemons.register(name, daemon)
    return this
  }

  /**
   * Runs as a program: reads flags and environment, opens the port, and stops on SIGINT and SIGTERM. Resolves when all
   * is ended. What goes wrong at the start is said in one line and ends the process: with code 2 for a wrong setting,
   * 1 for anything else.
   */
  async run(options: RunOptions = {}): Promise<void> {
    await this.#serveIfElsewhere()
    const { runProgram } = await import('./program.ts')
    await runProgram({
      defaults: this.#defaults,
      options,
      start: (config, logger) => this.#begin(config, logger),
      dryRun: (config, logger) => this.#dryRun(config, logger),
      stop: () => this.close(),
      kill: () => this.#kill(),
      closing: this.#closing.signal,
      daemonEnd: () => this.#daemons.end,
    })
  }

  /**
   * Starts the replicas without a port, for `submit`, `fetch` and `handle`. Settings in the environment apply, flags
   * do not; signals stay the caller's.
   * @throws StartError, ConfigurationError.
   */
  async start(): Promise<void> {
    await this.#serveIfElsewhere()
    this.#starting ??= this.#startFromEnvironment()
    await this.#starting
  }

  /**
   * Sends a value through a route and gives its result: no HTTP, no codec.
   * @throws MosecError with the code and the text that an HTTP client would get; the signal's reason when aborted;
   * ConfigurationError before `start`.
   */
  async submit(route: string, value: unknown, options: SubmitOptions = {}): Promise<unknown> {
    const { submitValue } = await import('./service/in-process.ts')
    const service = this.#running('submit')
    if (!service.isStream(route)) return submitValue(service, { route, value }, options)
    throw new ConfigurationError(`${route} answers with a stream of events: ask for it with server.fetch`)
  }

  /** Answers a web request of the started service, inside another server. */
  readonly fetch: HttpFace['fetch'] = async (request) => this.#running('fetch').face.fetch(request)

  /** Answers a `node:http` request of the started service, inside Express, Fastify and the like. */
  readonly handle: HttpFace['handle'] = (request, response) =>
    this.#running('handle').face.handle(request, response)

  /** How each stage runs now. @throws ConfigurationError before `start`. */
  get stages(): readonly StageState[] {
    return this.#running('stages').scaling.stages
  }

  /**
   * Changes a stage while it runs, as `PATCH /admin/stages/<name>` does: `server.scale('Square_1', { replicas: 4 })`.
   * Replicas come and go in their own time. @throws ConfigurationError naming what cannot be; MosecError once it stops.
   */
  scale(stage: string, changes: StageChanges): StageState {
    return this.#running('scale').scaling.scale(stage, changes)
  }

  /** Finishes what is in flight, then ends replicas, port and daemons. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#closing.abort(new StartError('the server was closed before it had started'))
    await this.#service?.stop()
    await this.#daemons.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #startFromEnvironment(): Promise<void> {
    const { readSettings } = await import('./settings.ts')
    const { config, logger } = readSettings(this.#defaults)
    await this.#begin(config, logger)
  }

  async #begin(config: ServerConfig, logger: ServerLogger): Promise<Service> {
    const { Service } = await import('./service/service.ts')
    this.#refuseOnceStarted('start')
    this.#closing.signal.throwIfAborted()
    const blueprint = this.#draft.finish()
    const stop = () => void this.close()
    const shared = { plugins: this.#plugins, app: this.app, info: this.#info, stop }
    const service = new Service({ blueprint, config, logger, ...shared })
    this.#service = service
    this.#startDaemons(logger)
    try {
      await service.start()
      return service
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async #dryRun(config: ServerConfig, logger: ServerLogger): Promise<boolean> {
    const { dryRun } = await import('./dry-run/dry-run.ts')
    const blueprint = this.#draft.finish()
    this.#startDaemons(logger)
    const print = (line: string) => process.stdout.write(`${line}\n`)
    return dryRun({ blueprint, config, logger, print, signal: this.#closing.signal })
  }

  #startDaemons(logger: ServerLogger): void {
    this.#daemons.start(({ name, how }) => {
      logger.error(`the daemon ${name} ${how}: the server stops`)
      void this.close()
    })
  }

  async #kill(): Promise<void> {
    this.#daemons.kill()
    await this.#service?.kill()
  }

  #running(method: string): RunningService {
    if (this.#service !== undefined) return this.#service
    throw new ConfigurationError(`server.${method} needs a started server: await server.start() first`)
  }

  #serveIfElsewhere(): Promise<void> {
    return serveElsewhere({
      app: this.app,
      plugins: this.#plugins,
      blueprint: () => this.#draft.finish(),
      leave: () => this.#daemons.kill(),
      started: (service) => {
        this.#service = service
      },
    })
  }

  #refuseOnceStarted(method: string): void {
    if (this.#service === undefined) return
    throw new ConfigurationError(`server.${method} comes too late: the server is started already`)
  }
}
