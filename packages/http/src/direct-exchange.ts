/** The hot path: one inference request answered on node's own objects, without a promise or a web object. */

import type { Answered, Outcome, TaskHandle, TaskSink } from '@mosec/core'
import { outcomes } from '@mosec/core'
import { type Admission, addRefusalHeaders, admit, type InferenceRoute } from './admission.ts'
import { type Answer, answerOf } from './answer.ts'
import { encodeAnswer } from './compression/answer-coding.ts'
import type { ContentCoding } from './compression/content-coding.ts'
import { decodeBody } from './compression/request-coding.ts'
import type { FaceContext } from './context.ts'
import { answerAndLinger } from './linger.ts'
import { CLIENT_LEFT } from './meter.ts'
import { type ReadBody, readNodeBody } from './node-body.ts'
import {
  endConnectionAfter,
  endWith,
  flushHead,
  hasLeft,
  type NodeRequest,
  type NodeResponse,
  wasCompleted,
  writeHead,
} from './node-messages.ts'
import { isForWantOfRoom } from './refusal-pace.ts'
import { refusals } from './refusals.ts'
import { acceptedEncoding, headOfIncoming } from './request-head.ts'
import { type EventOutlet, SseSink } from './sse-sink.ts'

/** A request on an inference route, and the response it waits for. */
export interface DirectRequest {
  readonly route: InferenceRoute
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
}

/** From the head of the request to the end of the answer. */
export class DirectExchange implements TaskSink, EventOutlet {
  readonly #context: FaceContext
  readonly #direct: DirectRequest
  readonly #startMs: number
  readonly #admission: Admission
  #handle: TaskHandle | undefined
  #sse: SseSink | undefined
  #status = CLIENT_LEFT
  #isGone = false
  /** Gives the answer's memory back. */
  #release: (() => void) | undefined

  constructor(context: FaceContext, direct: DirectRequest) {
    this.#context = context
    this.#direct = direct
    this.#startMs = context.meter.now()
    this.#admission = admit(direct.route, headOfIncoming(direct.request), context.options)
  }

  /** Reads the body and submits it, or refuses. */
  start(): void {
    const { request, response, expectsContinue } = this.#direct
    // Said once; `once` would make another function for it.
    response.on('close', () => this.#closed())
    if (this.#admission.refusal !== undefined) {
      this.#refuse(this.#admission.refusal)
      return
    }
    if (request.readableEnded) {
      this.#bodyGone()
      return
    }
    if (expectsContinue) response.writeContinue()
    const { bodies, options } = this.#context
    readNodeBody(request, { limitBytes: options.maxRequestBytes, pool: bodies }, (body) =>
      this.#bodyRead(body),
    )
  }

  /** Whoever mounted us reads bodies first: nothing will come any more, and waiting for it would be for ever. */
  #bodyGone(): void {
    const { logger } = this.#context.options
    logger.error(
      `${this.#direct.route.path}: the request's body was read already; mount it before body parsers`,
    )
    this.answer(refusals.bodyGone)
  }

  settled(outcome: Outcome): void {
    this.answer(outcome)
  }

  open(): void {
    const { response } = this.#direct
    if (this.#context.isClosing) endConnectionAfter(response)
    writeHead(response, 200, [
      'server',
      this.#context.options.serverHeader,
      'content-type',
      'text/event-stream',
      'cache-control',
      'no-cache',
    ])
    flushHead(response)
    response.on('drain', () => this.#drained())
  }

  write(bytes: Uint8Array): boolean {
    const response: { write(bytes: Uint8Array): boolean } = this.#direct.response
    return response.write(bytes)
  }

  end(status: number): void {
    this.#status = status
    this.#direct.response.end()
  }

  answer(outcome: Outcome): void {
    if (isForWantOfRoom(outcome)) this.#context.pace.later(() => this.#answerNow(outcome))
    else this.#answerNow(outcome)
  }

  #answerNow(outcome: Outcome): void {
    if (this.#isGone) return
    const answer = this.#answerOf(outcome)
    if (this.#context.options.isCompressionOn) this.#sendEncoded(answer)
    else {
      this.#release = outcome.release
      this.#send(answer)
    }
  }

  #sendEncoded(answer: Answer): void {
    const encoding = encodeAnswer(answer, acceptedEncoding(this.#direct.request))
    if (encoding === undefined) this.#send(answer)
    else encoding.then((encoded) => this.#send(encoded))
  }

  #send(answer: Answer): void {
    if (this.#isGone) return
    const { response } = this.#direct
    if (this.#context.isClosing) endConnectionAfter(response)
    writeHead(response, answer.status, answer.headers)
    endWith(response, answer.body)
  }

  #bodyRead(body: ReadBody | 'too large'): void {
    if (this.#isGone || hasLeft(this.#direct.request)) return
    if (body === 'too large') this.#refuse(refusals.tooLarge)
    else if (body.bytes.length === 0) this.answer(refusals.noData)
    else if (this.#admission.coding === undefined) this.#trySubmit(body.bytes, body.release)
    else this.#decode(body.bytes, this.#admission.coding)
  }

  async #decode(body: Uint8Array, coding: ContentCoding): Promise<void> {
    const decoded = await decodeBody(coding, body, this.#context.options.maxRequestBytes)
    if (this.#isGone) return
    if ('refusal' in decoded) this.answer(decoded.refusal)
    else this.#trySubmit(decoded.bytes)
  }

  #trySubmit(body: Uint8Array, release?: () => void): void {
    try {
      this.#submit(body, release)
    } catch (error) {
      this.#context.options.logger.error('the scheduler refused a registered route', { error })
      this.answer(outcomes.inferenceError)
    }
  }

  #submit(bytes: Uint8Array, release: (() => void) | undefined): void {
    const { route } = this.#direct
    const { negotiated, timeoutMs, priority } = this.#admission
    const { requestCodec, responseCodec } = negotiated
    const { submitter, clock } = this.#context.options
    if (route.isStream) {
      this.#sse = new SseSink({ outlet: this, clock, wantsEvents: negotiated.wantsEvents })
    }
    const submission = {
      route: route.path,
      bytes,
      release,
      requestCodec,
      responseCodec,
      priority,
      sink: this.#sse ?? this,
    }
    this.#handle = submitter.submit(timeoutMs === undefined ? submission : { ...submission, timeoutMs })
  }

  /** Refuses before the body was read. A body of a known, allowed length is left to node, which throws it away. */
  #refuse(outcome: Outcome): void {
    const { request, response, expectsContinue } = this.#direct
    if (!expectsContinue && this.#isShortBody(request)) this.answer(outcome)
    else answerAndLinger(request, response, this.#answerOf(outcome), this.#context.options.clock)
  }

  #isShortBody({ headers }: NodeRequest): boolean {
    if (headers['transfer-encoding'] !== undefined) return false
    return Number(headers['content-length'] ?? 0) <= this.#context.options.maxRequestBytes
  }

  #answerOf(outcome: Outcome): Answer {
    const answer = answerOf(outcome, this.#admission.negotiated, this.#context.options.serverHeader)
    addRefusalHeaders(answer, this.#admission)
    this.#status = answer.status
    return answer
  }

  /** A client that reads slowly has caught up. */
  #drained(): void {
    if (this.#handle !== undefined) this.#context.options.submitter.resume(this.#handle)
  }

  /** Where a leaver's request was, unless it is a task: then the scheduler tells. */
  #leftAt(): Pick<Answered, 'left'> {
    const hasAnswer = this.#handle?.isSettled ?? this.#status !== CLIENT_LEFT
    if (hasAnswer) return { left: 'answering' }
    return this.#handle === undefined ? { left: 'reading' } : {}
  }

  /** The answer is out, or the client left. */
  #closed(): void {
    const endpoint = this.#direct.route.path
    const startMs = this.#startMs
    if (wasCompleted(this.#direct.response)) {
      // HTTP/2 may still read what it calls finished.
      if (this.#direct.request.httpVersionMajor === 1) this.#release?.()
      this.#context.meter.answered({ endpoint, status: this.#status, startMs })
      return
    }
    this.#context.meter.answered({ endpoint, status: CLIENT_LEFT, startMs, ...this.#leftAt() })
    this.#isGone = true
    this.#sse?.stop()
    if (this.#handle !== undefined) this.#context.options.submitter.cancel(this.#handle)
  }
}
