/** An answer as a web response, compressed when the face does that and the client wants it. */

import type { Context } from 'hono'
import type { Answer } from '../answer.ts'
import { AnswerResponse, LazyAnswerResponse } from '../answer-response.ts'
import type { FaceContext } from '../context.ts'
import type { FaceEnv } from '../face-env.ts'
import { encodeAnswer } from './answer-coding.ts'

/** A promise only where there is something to wait for. */
export function encodedResponse(
  answer: Answer,
  context: FaceContext,
  hono: Context<FaceEnv>,
): Response | Promise<Response> {
  const respond = hono.env?.incoming === undefined ? inProcess : throughSocket
  if (!context.options.isCompressionOn) return respond(answer)
  const encoding = encodeAnswer(answer, hono.req.header('accept-encoding') ?? '')
  return encoding === undefined ? respond(answer) : encoding.then(respond)
}

const inProcess = (answer: Answer): Response => new AnswerResponse(answer)
const throughSocket = (answer: Answer): Response => new LazyAnswerResponse(answer)
