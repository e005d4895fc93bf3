/** Node requests that go through Hono: everything but inference routes that nobody else handles. */

import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Answered, outcomes } from '@mosec/core'
import type { Hono } from 'hono'
import { answerOf, textAnswer } from './answer.ts'
import { AnswerResponse } from './answer-response.ts'
import type { FaceContext } from './context.ts'
import type { FaceEnv, StreamRecord } from './face-env.ts'
import { CLIENT_LEFT } from './meter.ts'
import {
  endConnectionAfter,
  type NodeRequest,
  type NodeResponse,
  wasCompleted,
  writeHead,
} from './node-messages.ts'
import { pathnameOf } from './pathname.ts'

/** Answers one request; never throws. */
export type HonoListener = (request: NodeRequest, response: NodeResponse) => void

/** The app as node sees it. Globals stay as they are: a library does not replace `Request`. */
export function createHonoListener(context: FaceContext, app: Hono<FaceEnv>): HonoListener {
  const { serverHeader, logger } = context.options
  const errorHandler = (error: unknown): Response => {
    if (error instanceof Error && error.name === 'RequestError') {
      return new AnswerResponse(textAnswer(400, 'bad request', serverHeader))
    }
    logger.error('the HTTP app failed', { error })
    const form = { mimeType: '', wantsProblem: false }
    return new AnswerResponse(answerOf(outcomes.inferenceError, form, serverHeader))
  }
  return (incoming, outgoing) => {
    outgoing.setHeader('server', serverHeader)
    if (context.isClosing) endConnectionAfter(outgoing)
    const record = meterOutgoing(context, incoming, outgoing)
    const env = record === undefined ? { incoming, outgoing } : { incoming, outgoing, record }
    const listener = getRequestListener(async (request) => send(await app.fetch(request, env), outgoing), {
      overrideGlobalObjects: false,
      hostname: 'localhost',
      errorHandler,
    })
    listener(incoming, outgoing).catch((error: unknown) => {
      logger.error('an answer could not be written', { error })
      outgoing.destroy()
    })
  }
}

/** Writes an answer of ours, with the headers that middleware gave it, past the stream of its web response. */
function send(response: Response, outgoing: NodeResponse): Response {
  const bytes = response.bodyUsed ? undefined : AnswerResponse.bytesOf(response)
  // Node 20 keeps only the last of several cookies in this form.
  if (bytes === undefined || response.headers.has('set-cookie')) return response
  writeHead(outgoing, response.status, [...response.headers].flat())
  outgoing.end(bytes)
  return RESPONSE_ALREADY_SENT
}

/** Where a leaver's request was, unless it is a task: then the scheduler tells. */
function leftAt(incoming: NodeRequest, outgoing: NodeResponse): Pick<Answered, 'left'> {
  if (!incoming.complete) return { left: 'reading' }
  return outgoing.headersSent ? { left: 'answering' } : {}
}

/** Counts what the client saw, also when a middleware answered in our place. Undefined beside inference routes. */
function meterOutgoing(
  context: FaceContext,
  incoming: NodeRequest,
  outgoing: NodeResponse,
): StreamRecord | undefined {
  const route = context.routes.get(pathnameOf(incoming.url ?? ''))
  if (route === undefined) return undefined
  const startMs = context.meter.now()
  let streamStatus: number | undefined
  let isOpen = false
  outgoing.once('close', () => {
    const answer = { endpoint: route.path, startMs }
    if (wasCompleted(outgoing)) {
      context.meter.answered({ ...answer, status: streamStatus ?? outgoing.statusCode })
      return
    }
    const isStreaming = isOpen && (streamStatus ?? CLIENT_LEFT) === CLIENT_LEFT
    context.meter.answered({
      ...answer,
      status: CLIENT_LEFT,
      ...(isStreaming ? {} : leftAt(incoming, outgoing)),
    })
  })
  return {
    opened() {
      isOpen = true
    },
    ended(status) {
      streamStatus = status
    },
  }
}
