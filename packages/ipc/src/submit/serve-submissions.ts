/** The scheduler's end of the socket to an ingress process: tasks in, their events and ends out. */

import type { Socket } from 'node:net'
import {
  type Answered,
  creditOf,
  type Logger,
  type Outcome,
  outcomes,
  STREAM_WINDOW,
  type Submission,
  type Submitter,
  type TaskHandle,
  type TaskSink,
} from '@mosec/core'
import { FrameError } from '../frame-error.ts'
import { DEFAULT_MAX_PAYLOAD_BYTES } from '../frame-layout.ts'
import { withDirectIntake } from '../intake.ts'
import type { RecordDecoderOptions } from './record-decoder.ts'
import {
  departures,
  isInProcess,
  kinds,
  MAX_NUMBER,
  numberOfCode,
  type PayloadLimits,
  priorityOf,
  type RecordHead,
  tellsAdmitted,
} from './record-layout.ts'
import { RecordSocket } from './record-socket.ts'

/** A route as submissions name it: by its place in the list. */
export interface SubmissionRoute {
  readonly path: string
  /** How many codecs its ingress worker reads; 1 when it reads any bytes. */
  readonly requestCodecs: number
  /** How many its egress worker writes. */
  readonly responseCodecs: number
}

/** Where submissions go. */
export interface SubmissionServerOptions {
  readonly submitter: Submitter
  readonly routes: readonly SubmissionRoute[]
  /** Told of the answers that the ingress gave. */
  readonly answered: (answer: Answered) => void
  readonly logger: Logger
  /** Said once, when all its tasks were cancelled. */
  readonly closed: (reason: string) => void
  /** Longest payload taken, in bytes; 1 GiB unless set. */
  readonly maxPayloadBytes?: number
}

/** Ends the connection at once, and cancels its tasks. */
export type StopServing = () => void

/**
 * Serves one ingress. What is no record of the protocol ends the connection.
 * @param socket its handle is taken over: use it no more.
 */
export function serveSubmissions(socket: Socket, options: SubmissionServerOptions): StopServing {
  const end = new SubmissionEnd(socket, options)
  return () => end.stop()
}

/** What is kept of a task until it ends. */
class ServedTask implements TaskSink {
  readonly id: number
  handle: TaskHandle | undefined = undefined
  readonly #end: SubmissionEnd
  readonly #tellsAdmitted: boolean
  /** Credit of events that the ingress has not taken yet. */
  #underWay = 0
  #isFull = false

  constructor(end: SubmissionEnd, { id, tag }: Readonly<RecordHead>) {
    this.#end = end
    this.id = id
    this.#tellsAdmitted = tellsAdmitted(tag)
  }

  admitted(): void {
    if (this.#tellsAdmitted) this.#end.admitted(this.id)
  }

  /** Full when a window is under way: the ingress may be slower than this is written. */
  event(bytes: Uint8Array): boolean {
    this.#underWay += creditOf(bytes)
    this.#isFull = this.#underWay >= STREAM_WINDOW
    this.#end.event(this.id, bytes)
    return !this.#isFull
  }

  settled(outcome: Outcome): void {
    this.#end.settled(this.id, outcome)
  }

  /** The ingress has taken so much. True when there is room again after it was full. */
  granted(credit: number): boolean {
    this.#underWay = Math.max(0, this.#underWay - credit)
    if (!this.#isFull || this.#underWay >= STREAM_WINDOW) return false
    this.#isFull = false
    return true
  }
}

/** Said of few tasks. */
function withRest(submission: Submission, { tag, number }: Readonly<RecordHead>): Submission {
  const isFromCode = isInProcess(tag) ? { isInProcess: true } : {}
  return { ...submission, ...isFromCode, ...(number === 0 ? {} : { timeoutMs: number }) }
}

class SubmissionEnd {
  readonly #options: SubmissionServerOptions
  readonly #records: RecordSocket
  readonly #tasks = new Map<number, ServedTask>()

  constructor(given: Socket, options: SubmissionServerOptions) {
    const { socket, intake } = withDirectIntake(given)
    this.#options = options
    const limits: PayloadLimits = new Map([
      [kinds.submit, options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES],
      [kinds.cancel, 0],
      [kinds.grant, 0],
      [kinds.answered, 0],
    ])
    const onRecord: RecordDecoderOptions['onRecord'] = (head, bytes) => this.#received(head, bytes)
    this.#records = new RecordSocket(socket, { limits, onRecord }, intake)
    this.#records.open((reason) => {
      this.#cancelAll()
      options.closed(reason)
    })
  }

  stop(): void {
    this.#records.destroy()
    this.#cancelAll()
  }

  admitted(id: number): void {
    this.#say(kinds.admitted, id)
  }

  event(id: number, bytes: Uint8Array): void {
    this.#say(kinds.event, id, bytes)
  }

  settled(id: number, { code, bytes, httpStatus = 0, retryAfterMs = 0 }: Outcome): void {
    // The client left, and with it whoever would read this.
    if (!this.#tasks.delete(id)) return
    const number = Math.min(MAX_NUMBER, Math.ceil(retryAfterMs))
    const head = {
      kind: kinds.settled,
      tag: numberOfCode(code),
      word: httpStatus,
      id,
      left: 0,
      right: 0,
      number,
    }
    this.#records.append(head, bytes)
  }

  #received(head: Readonly<RecordHead>, bytes: Uint8Array): void {
    if (head.kind === kinds.submit) this.#submit(head, bytes)
    else if (head.kind === kinds.answered) this.#answered(head)
    else {
      const task = this.#tasks.get(head.id)
      // It ended while this was under way.
      if (task === undefined) return
      if (head.kind === kinds.cancel) this.#cancel(task)
      else if (task.granted(head.number)) this.#resume(task)
    }
  }

  #submit(head: Readonly<RecordHead>, bytes: Uint8Array): void {
    const { path, requestCodecs, responseCodecs } = this.#route(head.word)
    const { tag, left: requestCodec, right: responseCodec, number: timeoutMs } = head
    if (requestCodec >= requestCodecs || responseCodec >= responseCodecs) {
      throw new FrameError('codecs of the route', `${requestCodec} and ${responseCodec}`)
    }
    if (this.#tasks.has(head.id)) throw new FrameError('a new id', String(head.id))
    const sink = new ServedTask(this, head)
    const priority = priorityOf(tag)
    const submission = { route: path, bytes, requestCodec, responseCodec, priority, sink }
    this.#tasks.set(sink.id, sink)
    this.#admit(sink, timeoutMs === 0 && !isInProcess(tag) ? submission : withRest(submission, head))
  }

  #admit(sink: ServedTask, submission: Submission): void {
    try {
      sink.handle = this.#options.submitter.submit(submission)
    } catch (error) {
      this.#options.logger.error('the scheduler refused a registered route', { error })
      sink.settled(outcomes.inferenceError)
    }
  }

  #answered({ tag, word, left: status, number }: Readonly<RecordHead>): void {
    const { path } = this.#route(word)
    if (tag >= departures.length) throw new FrameError('a known departure', String(tag))
    const left = departures[tag]
    const answer = { endpoint: path, status, durationMs: number / 1000 }
    this.#options.answered(left === undefined ? answer : { ...answer, left })
  }

  #route(index: number): SubmissionRoute {
    const route = this.#options.routes[index]
    if (route !== undefined) return route
    throw new FrameError(`one of ${this.#options.routes.length} routes`, String(index))
  }

  #cancel(task: ServedTask): void {
    this.#tasks.delete(task.id)
    if (task.handle !== undefined) this.#options.submitter.cancel(task.handle)
  }

  #resume({ handle }: ServedTask): void {
    if (handle !== undefined) this.#options.submitter.resume(handle)
  }

  #cancelAll(): void {
    for (const task of [...this.#tasks.values()]) this.#cancel(task)
  }

  #say(kind: number, id: number, bytes?: Uint8Array): void {
    this.#records.append({ kind, tag: 0, word: 0, id, left: 0, right: 0, number: 0 }, bytes)
  }
}
