/** Web request in, web response out: the app, with the `server` header and the observer around it. */

import type { Hono } from 'hono'
import type { FaceContext } from './context.ts'
import type { FaceEnv } from './face-env.ts'
import { CLIENT_LEFT } from './meter.ts'

/** Answers like the port does, without one. */
export async function fetchMetered(
  context: FaceContext,
  app: Hono<FaceEnv>,
  request: Request,
): Promise<Response> {
  const { meter, options } = context
  const route = context.routes.get(new URL(request.url).pathname)
  if (route === undefined) return withServer(await app.fetch(request), options.serverHeader)

  const startMs = meter.now()
  const report = (status: number): void => meter.answered({ endpoint: route.path, status, startMs })
  let isStreaming = false
  const opened = (): void => {
    isStreaming = true
  }
  const response = await app.fetch(request, { record: { opened, ended: report } })
  if (!isStreaming) report(request.signal.aborted ? CLIENT_LEFT : response.status)
  return withServer(response, options.serverHeader)
}

/** A response that a handler fetched from elsewhere cannot be changed, so it gets a new head. */
function withServer(response: Response, serverHeader: string): Response {
  if (response.headers.get('server') === serverHeader) return response
  const headers = new Headers(response.headers)
  headers.set('server', serverHeader)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}
