/** An answer as a web response, compressed when the face does that and the client wants it. */

import type { Context } from 'hono'
import { type Answer, AnswerResponse } from '../answer.ts'
import type { FaceContext } from '../context.ts'
import type { FaceEnv } from '../face-env.ts'
import { encodeAnswer } from './answer-coding.ts'

/** A promise only where there is something to wait for. */
export function encodedResponse(
  answer: Answer,
  context: FaceContext,
  hono: Context<FaceEnv>,
): Response | Promise<Response> {
  if (!context.options.isCompressionOn) return new AnswerResponse(answer)
  const encoding = encodeAnswer(answer, hono.req.header('accept-encoding') ?? '')
  if (encoding === undefined) return new AnswerResponse(answer)
  return encoding.then((encoded) => new AnswerResponse(encoded))
}
