/** An error as a web response, for handlers that stand beside our own: the same forms as everywhere. */

import { type MosecError, outcomeOf } from '@mosec/core'
import { answerOf } from './answer.ts'
import { AnswerResponse } from './answer-response.ts'
import { wantsProblem } from './negotiation.ts'

/** What the answer depends on beside the error. */
export interface ErrorResponseOptions {
  /** Its `Accept` chooses between text and `application/problem+json`. */
  readonly request: Request
  readonly serverHeader: string
  /** Names and values in turn. */
  readonly headers?: readonly string[]
}

/** The status is that of the error's code. */
export function errorResponse(
  error: MosecError,
  { request, serverHeader, headers = [] }: ErrorResponseOptions,
): Response {
  const form = { mimeType: '', wantsProblem: wantsProblem(request.headers.get('accept') ?? '') }
  const answer = answerOf(outcomeOf(error), form, serverHeader)
  answer.headers.push(...headers)
  return new AnswerResponse(answer)
}
