/** An outcome as an HTTP answer: status, headers, body. The same for node and for web responses. */

import type { Outcome } from '@mosec/core'
import { statusOf, statusText } from './statuses.ts'

/** Ready to be sent. */
export interface Answer {
  readonly status: number
  /** Names and values in turn, as node's `writeHead` takes them without another loop. */
  readonly headers: string[]
  readonly body: Uint8Array
}

/** What the client's headers say of the form. */
export interface AnswerForm {
  /** MIME type of a good answer. */
  readonly mimeType: string
  readonly wantsProblem: boolean
  /** Another `Accept` may have had another answer: caches are told so. */
  readonly variesByAccept?: boolean
}

const TEXT = 'text/plain; charset=utf-8'
const PROBLEM = 'application/problem+json'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** @param serverHeader value of the `server` header. */
export function answerOf(outcome: Outcome, form: AnswerForm, serverHeader: string): Answer {
  const status = statusOf(outcome)
  const answer = bareAnswer(status, outcome, form, serverHeader)
  if (form.variesByAccept === true) answer.headers.push('vary', 'accept')
  if (status === 200) return answer
  if (status === 429 || status === 503) answer.headers.push('retry-after', retryAfter(outcome))
  if (outcome.code === 'shutting_down') answer.headers.push('connection', 'close')
  return answer
}

/** In whole seconds, as the header wants it. */
const retryAfter = ({ retryAfterMs = 0 }: Outcome): string =>
  String(Math.max(1, Math.ceil(retryAfterMs / 1000)))

function bareAnswer(status: number, { bytes }: Outcome, form: AnswerForm, serverHeader: string): Answer {
  if (status === 200) return makeAnswer(200, form.mimeType, bytes, serverHeader)
  if (form.wantsProblem) return makeAnswer(status, PROBLEM, problemBody(status, bytes), serverHeader)
  return makeAnswer(status, TEXT, bytes, serverHeader)
}

/** An answer of ours that no task stands behind. */
export function textAnswer(status: number, text: string, serverHeader: string): Answer {
  return makeAnswer(status, TEXT, encoder.encode(text), serverHeader)
}

/** An answer with any body. */
export function makeAnswer(status: number, mimeType: string, body: Uint8Array, serverHeader: string): Answer {
  const headers = [
    'server',
    serverHeader,
    'content-type',
    mimeType,
    'content-length',
    String(body.byteLength),
  ]
  return { status, headers, body }
}

/** RFC 9457; `about:blank` says that the status tells the kind. */
function problemBody(status: number, text: Uint8Array): Uint8Array {
  const problem = {
    type: 'about:blank',
    title: statusText(status),
    status,
    detail: decoder.decode(text),
  }
  return encoder.encode(JSON.stringify(problem))
}
