/** The Hono app: the user's handlers first, then ours as one catch-all behind them. */

import { outcomes } from '@mosec/core'
import type { Context, Hono, Next } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { TrieRouter } from 'hono/router/trie-router'
import { type Answer, answerOf } from './answer.ts'
import { AnswerResponse } from './answer-response.ts'
import { encodedResponse } from './compression/encoded-response.ts'
import type { FaceContext } from './context.ts'
import type { FaceEnv } from './face-env.ts'
import { wantsProblem } from './negotiation.ts'
import { refusals } from './refusals.ts'
import { createSystemEndpoints, type SystemEndpoint } from './system-endpoints.ts'
import { inferOnWeb } from './web-exchange.ts'

/** An app, and what is known once no more handlers can be added. */
export interface FaceApp {
  readonly app: Hono<FaceEnv>
  /**
   * Adds our handler behind the user's and closes the app for more; done by itself at the first request.
   * Returns the routes that no handler of the user's covers.
   */
  seal(): ReadonlySet<string>
}

/** Hono runs handlers in the order they were added, so ours come last: when the first request does. */
export function createFaceApp(context: FaceContext): FaceApp {
  const { app } = context.options
  const endpoints = createSystemEndpoints(context.options)
  let uncovered: ReadonlySet<string> | undefined

  app.notFound((hono) => new AnswerResponse(refusalAnswer(hono, context, 'notFound')))
  app.onError((error, hono) => errorResponse(error, hono, context))

  const seal = (): ReadonlySet<string> => {
    if (uncovered !== undefined) return uncovered
    uncovered = uncoveredRoutes(app, context)
    app.use('*', (hono, next) => answerOurs({ context, endpoints, hono, next }))
    // Builds the matcher: whoever adds a handler later is told by Hono, instead of wondering why it is not called.
    app.router.match('GET', '/')
    return uncovered
  }

  const dispatch = app.fetch
  app.fetch = (request, ...rest) => {
    seal()
    return context.options.front?.(request) ?? dispatch(request, ...rest)
  }
  return { app, seal }
}

function uncoveredRoutes(app: Hono<FaceEnv>, context: FaceContext): ReadonlySet<string> {
  const router = new TrieRouter<true>()
  for (const { path } of app.routes) router.add('ALL', path, true)
  const paths = [...context.routes.keys()]
  return new Set(paths.filter((path) => router.match('ALL', path)[0].length === 0))
}

interface OwnRequest {
  readonly context: FaceContext
  readonly endpoints: ReadonlyMap<string, SystemEndpoint>
  readonly hono: Context<FaceEnv>
  readonly next: Next
}

async function answerOurs({ context, endpoints, hono, next }: OwnRequest): Promise<Response | undefined> {
  const route = context.routes.get(hono.req.path)
  if (route !== undefined) return inferOnWeb(context, route, hono)
  const endpoint = endpoints.get(hono.req.path)
  if (endpoint === undefined) {
    await next()
    return undefined
  }
  const isRead = hono.req.method === 'GET' || hono.req.method === 'HEAD'
  if (isRead) {
    const answer = await endpoint(wantsProblem(hono.req.header('accept') ?? ''))
    return encodedResponse(answer, context, hono)
  }
  const answer = refusalAnswer(hono, context, 'notGet')
  answer.headers.push('allow', 'GET, HEAD')
  return new AnswerResponse(answer)
}

function refusalAnswer(hono: Context<FaceEnv>, context: FaceContext, refusal: keyof typeof refusals): Answer {
  const form = { mimeType: '', wantsProblem: wantsProblem(hono.req.header('accept') ?? '') }
  return answerOf(refusals[refusal], form, context.options.serverHeader)
}

/** Hono's own exceptions say what to answer; anything else is ours to hide and to log. */
function errorResponse(error: Error, hono: Context<FaceEnv>, context: FaceContext): Response {
  if (error instanceof HTTPException) return error.getResponse()
  context.options.logger.error('a handler of the HTTP app threw', { error, path: hono.req.path })
  const form = { mimeType: '', wantsProblem: wantsProblem(hono.req.header('accept') ?? '') }
  return new AnswerResponse(answerOf(outcomes.inferenceError, form, context.options.serverHeader))
}
