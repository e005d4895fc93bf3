/** The other way: one inference request as a Hono handler, for user middleware and for `fetch`. */

import { type Outcome, outcomes, type TaskHandle, type TaskSink } from '@mosec/core'
import type { Context } from 'hono'
import { type Admission, addRefusalHeaders, admit, type InferenceRoute } from './admission.ts'
import { type Answer, answerOf } from './answer.ts'
import { AnswerResponse } from './answer-response.ts'
import { encodedResponse } from './compression/encoded-response.ts'
import { decodeBody } from './compression/request-coding.ts'
import type { FaceContext } from './context.ts'
import { type Departure, departureOf } from './departure.ts'
import type { FaceEnv } from './face-env.ts'
import { CLIENT_LEFT } from './meter.ts'
import { isForWantOfRoom } from './refusal-pace.ts'
import { refusals } from './refusals.ts'
import { headOfRequest } from './request-head.ts'
import { type EventOutlet, SseSink } from './sse-sink.ts'
import { readHonoBody } from './web-body.ts'

/** Answers one inference request; every failure is an answer too. */
export async function inferOnWeb(
  context: FaceContext,
  route: InferenceRoute,
  hono: Context<FaceEnv>,
): Promise<Response> {
  const admission = admit(route, headOfRequest(hono.req.raw), context.options)
  const exchange = new WebExchange({ context, route, admission, hono })
  if (admission.refusal !== undefined) return exchange.responseTo(admission.refusal)
  const body = await readHonoBody(hono, context.options.maxRequestBytes)
  if (body === 'too large') return exchange.responseTo(refusals.tooLarge)
  if (body.length === 0) return exchange.responseTo(refusals.noData)
  if (admission.coding === undefined) return exchange.submit(body, departureOf(hono))
  const decoded = await decodeBody(admission.coding, body, context.options.maxRequestBytes)
  if ('refusal' in decoded) return exchange.responseTo(decoded.refusal)
  return exchange.submit(decoded.bytes, departureOf(hono))
}

/** Events that nobody has read are held up to this, in bytes; then the stream is held back. */
const UNREAD_BYTES = 16 * 1024

interface WebExchangeOptions {
  readonly context: FaceContext
  readonly route: InferenceRoute
  readonly admission: Admission
  readonly hono: Context<FaceEnv>
}

/** Resolves to a response once the task has ended, or once its stream is open. */
class WebExchange implements TaskSink, EventOutlet {
  readonly #options: WebExchangeOptions
  /** Settles once; the executor runs at once, so `#resolve` is set before anybody can call it. */
  readonly #response: Promise<Response>
  #resolve: (response: Response | Promise<Response>) => void = () => {}
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #handle: TaskHandle | undefined
  #sse: SseSink | undefined
  #isFull = false
  #isOver = false

  constructor(options: WebExchangeOptions) {
    this.#options = options
    this.#response = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  submit(bytes: Uint8Array, departure: Departure): Promise<Response> {
    if (departure.hasLeft()) return Promise.resolve(this.responseTo(outcomes.cancelled))
    const { context, route, admission } = this.#options
    const { negotiated, timeoutMs, priority } = admission
    const { requestCodec, responseCodec, wantsEvents } = negotiated
    if (route.isStream) this.#sse = new SseSink({ outlet: this, clock: context.options.clock, wantsEvents })
    const sink = this.#sse ?? this
    const submission = { route: route.path, bytes, requestCodec, responseCodec, priority, sink }
    departure.onLeft(() => this.#cancel())
    this.#handle = context.options.submitter.submit(
      timeoutMs === undefined ? submission : { ...submission, timeoutMs },
    )
    return this.#response
  }

  settled(outcome: Outcome): void {
    this.answer(outcome)
  }

  answer(outcome: Outcome): void {
    this.#isOver = true
    if (isForWantOfRoom(outcome)) this.#options.context.pace.later(() => this.#resolveWith(outcome))
    else this.#resolveWith(outcome)
  }

  open(): void {
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#pulled(),
        cancel: () => this.#cancel(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES }),
    )
    const headers = {
      server: this.#options.context.options.serverHeader,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
    }
    this.#options.hono.env?.record?.opened()
    this.#resolve(new Response(stream, { headers }))
  }

  write(bytes: Uint8Array): boolean {
    this.#controller?.enqueue(bytes)
    this.#isFull = (this.#controller?.desiredSize ?? 0) <= 0
    return !this.#isFull
  }

  end(status: number): void {
    this.#isOver = true
    this.#options.hono.env?.record?.ended(status)
    this.#controller?.close()
  }

  responseTo(outcome: Outcome): Response {
    return new AnswerResponse(this.#answerTo(outcome))
  }

  #resolveWith(outcome: Outcome): void {
    const { context, hono } = this.#options
    this.#resolve(encodedResponse(this.#answerTo(outcome), context, hono))
  }

  #answerTo(outcome: Outcome): Answer {
    const { context, admission } = this.#options
    const answer = answerOf(outcome, admission.negotiated, context.options.serverHeader)
    addRefusalHeaders(answer, admission)
    return answer
  }

  /** A reader that is slow has caught up. */
  #pulled(): void {
    if (!this.#isFull || this.#handle === undefined) return
    this.#isFull = false
    this.#options.context.options.submitter.resume(this.#handle)
  }

  /** The client left; harmless when all was said. */
  #cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sse?.stop()
    if (this.#controller !== undefined) this.#options.hono.env?.record?.ended(CLIENT_LEFT)
    if (this.#handle !== undefined) this.#options.context.options.submitter.cancel(this.#handle)
    this.#resolve(this.responseTo(outcomes.cancelled))
  }
}
