/** The HTTP face: one object that answers node requests, web requests, or a port of its own. */

import { ownBlocks } from '@mosec/core'
import type { Hono } from 'hono'
import type { InferenceRoute } from './admission.ts'
import type { FaceContext } from './context.ts'
import { DirectExchange } from './direct-exchange.ts'
import { createFaceApp } from './face-app.ts'
import type { FaceEnv } from './face-env.ts'
import { fetchMetered } from './fetch.ts'
import { createHonoListener, type HonoListener } from './hono-listener.ts'
import { type Accepting, acceptFrom, type Listening, type ListenOptions, listen } from './listen.ts'
import { Meter } from './meter.ts'
import type { NodeRequest, NodeResponse } from './node-messages.ts'
import { type HttpFaceOptions, resolveOptions } from './options.ts'
import { pathnameOf } from './pathname.ts'
import { QueuedAnswers } from './queued-answers.ts'
import { RefusalPace } from './refusal-pace.ts'
import { indexRoutes } from './routes.ts'

/** What a service looks like over HTTP. */
export interface HttpFace {
  /** Add middleware and handlers here, before the first request: they come before ours. */
  readonly app: Hono<FaceEnv>
  /** A web request answered in process, or from another server (`parent.mount('/models', face.fetch)`). */
  fetch(request: Request): Promise<Response>
  /** A listener for `node:http` or `node:http2`. */
  handle(request: NodeRequest, response: NodeResponse): void
  /** @throws StartError when the port cannot be opened. */
  listen(options: ListenOptions): Promise<Listening>
  /** Serves connections that were accepted elsewhere: in another process, say. */
  accept(): Accepting
}

/**
 * Makes the face of a scheduler.
 *
 * Inference routes are answered on node's own objects; where a handler of the user's covers a route, that route goes
 * through Hono. Both ways answer the same.
 * @throws ConfigurationError for a path that cannot be a route or a limit that is not positive.
 */
export function createHttpFace(options: HttpFaceOptions): HttpFace {
  const resolved = resolveOptions(options)
  const routes = indexRoutes(resolved.routes)
  const context: FaceContext = {
    options: resolved,
    routes,
    meter: new Meter(resolved),
    bodies: ownBlocks(),
    pace: new RefusalPace(resolved),
    isClosing: false,
  }
  const { app, seal } = createFaceApp(context)
  const dispatcher = new Dispatcher(context, createHonoListener(context, app), seal)
  return {
    app,
    fetch: (request) => fetchMetered(context, app, request),
    handle: (request, response) => dispatcher.dispatch(request, response, false),
    listen: async (where) => {
      seal()
      return listen(context, (...args) => dispatcher.dispatch(...args), where)
    },
    accept: () => {
      seal()
      return acceptFrom(context, (...args) => dispatcher.dispatch(...args))
    },
  }
}

/** Chooses the way of each node request. */
class Dispatcher {
  readonly #context: FaceContext
  readonly #throughHono: HonoListener
  readonly #seal: () => ReadonlySet<string>
  readonly #queued = new QueuedAnswers()
  #direct: ReadonlyMap<string, InferenceRoute> | undefined

  constructor(context: FaceContext, throughHono: HonoListener, seal: () => ReadonlySet<string>) {
    this.#context = context
    this.#throughHono = throughHono
    this.#seal = seal
  }

  dispatch(request: NodeRequest, response: NodeResponse, expectsContinue: boolean): void {
    if (response.socket === null) this.#queued.watch(request, response)
    this.#direct ??= this.#directRoutes()
    const route = this.#direct.get(pathnameOf(request.url ?? ''))
    if (route !== undefined) {
      new DirectExchange(this.#context, { route, request, response, expectsContinue }).start()
      return
    }
    if (expectsContinue && this.#mayRead(request)) response.writeContinue()
    this.#throughHono(request, response)
  }

  #mayRead({ headers }: NodeRequest): boolean {
    return Number(headers['content-length'] ?? 0) <= this.#context.options.maxRequestBytes
  }

  #directRoutes(): ReadonlyMap<string, InferenceRoute> {
    const uncovered = this.#seal()
    return new Map([...this.#context.routes].filter(([path]) => uncovered.has(path)))
  }
}
