/** A scheduler in another process, as the HTTP face sees it: the ingress's end of the socket. */

import type { Socket } from 'node:net'
import {
  type Answered,
  type Outcome,
  outcomes,
  StreamCredit,
  type Submission,
  type Submitter,
  type TaskHandle,
  type TaskSink,
} from '@mosec/core'
import { DEFAULT_MAX_PAYLOAD_BYTES } from '../frame-layout.ts'
import {
  codeOfNumber,
  departures,
  kinds,
  MAX_NUMBER,
  type PayloadLimits,
  packTag,
  type RecordHead,
} from './record-layout.ts'
import { RecordSocket } from './record-socket.ts'

/** What it is made of. */
export interface RemoteSubmitterOptions {
  /** Connected with the scheduler's process, which runs {@link serveSubmissions} on it. Owned from now on. */
  readonly socket: Socket
  /** Paths of the registered routes, in the order that the other side has them. */
  readonly routes: readonly string[]
  /** Said once: no more tasks get through. Those that waited were settled as `unavailable`. */
  readonly closed: (reason: string) => void
}

const limits: PayloadLimits = new Map([
  [kinds.admitted, 0],
  [kinds.event, DEFAULT_MAX_PAYLOAD_BYTES],
  [kinds.settled, DEFAULT_MAX_PAYLOAD_BYTES],
])

/** A task of which only its end is known here. */
class RemoteTask implements TaskHandle {
  readonly id: number
  readonly sink: TaskSink
  isSettled = false
  credit: StreamCredit | undefined = undefined

  constructor(id: number, sink: TaskSink) {
    this.id = id
    this.sink = sink
  }

  settle(outcome: Outcome): void {
    this.isSettled = true
    this.sink.settled(outcome)
  }
}

/** Sends tasks in bulk: those of one turn of the event loop leave in one write. */
export class RemoteSubmitter implements Submitter {
  readonly #records: RecordSocket
  readonly #routes: ReadonlyMap<string, number>
  readonly #tasks = new Map<number, RemoteTask>()
  #lastId = 0

  constructor({ socket, routes, closed }: RemoteSubmitterOptions) {
    this.#routes = new Map(routes.map((path, index) => [path, index]))
    this.#records = new RecordSocket(socket, {
      limits,
      onRecord: (head, bytes) => this.#received(head, bytes),
    })
    this.#records.open((reason) => {
      this.#settleAll()
      closed(reason)
    })
  }

  /** Tasks that are not settled. */
  get remaining(): number {
    return this.#tasks.size
  }

  submit(submission: Submission): TaskHandle {
    const route = this.#routes.get(submission.route)
    if (route === undefined) throw new RangeError(`no route is registered for ${submission.route}`)
    this.#lastId = (this.#lastId + 1) >>> 0
    const { sink, requestCodec, responseCodec, priority = 'normal', timeoutMs } = submission
    const task = new RemoteTask(this.#lastId, sink)
    if (this.#records.isEnding) {
      task.settle(outcomes.unavailable)
      return task
    }
    this.#tasks.set(task.id, task)
    this.#records.append(
      {
        kind: kinds.submit,
        tag: packTag(priority, submission.isInProcess === true, sink.admitted !== undefined),
        word: route,
        id: task.id,
        left: requestCodec,
        right: responseCodec,
        number: timeoutMs === undefined ? 0 : wholeNumber(timeoutMs),
      },
      submission.bytes,
    )
    return task
  }

  cancel(handle: TaskHandle): void {
    if (!(handle instanceof RemoteTask) || handle.isSettled) return
    this.#tasks.delete(handle.id)
    this.#say(kinds.cancel, handle.id)
    handle.settle(outcomes.cancelled)
  }

  resume(handle: TaskHandle): void {
    if (!(handle instanceof RemoteTask) || handle.isSettled) return
    this.#grant(handle, handle.credit?.resumed() ?? 0)
  }

  /** Tells the other side's observer, with the next task or within 10 ms. */
  answered({ endpoint, status, durationMs, left }: Answered): void {
    this.#records.appendLazily({
      kind: kinds.answered,
      tag: departures.indexOf(left),
      word: this.#routes.get(endpoint) ?? 0,
      id: 0,
      left: status,
      right: 0,
      number: Math.min(MAX_NUMBER, Math.round(durationMs * 1000)),
    })
  }

  /** Ends the connection when what was queued has left. */
  close(): void {
    this.#records.close()
  }

  #received(head: Readonly<RecordHead>, bytes: Uint8Array): void {
    const task = this.#tasks.get(head.id)
    // It was cancelled while this was under way.
    if (task === undefined) return
    if (head.kind === kinds.settled) {
      const outcome = outcomeOf(head, bytes)
      this.#tasks.delete(head.id)
      task.settle(outcome)
    } else if (head.kind === kinds.event) this.#streamed(task, bytes)
    else task.sink.admitted?.()
  }

  #streamed(task: RemoteTask, bytes: Uint8Array): void {
    const isFull = task.sink.event?.(bytes) === false
    task.credit ??= new StreamCredit()
    this.#grant(task, task.credit.took(bytes, isFull))
  }

  #grant({ id }: RemoteTask, credit: number): void {
    if (credit > 0) this.#say(kinds.grant, id, credit)
  }

  #say(kind: number, id: number, number = 0): void {
    this.#records.append({ kind, tag: 0, word: 0, id, left: 0, right: 0, number })
  }

  #settleAll(): void {
    const tasks = [...this.#tasks.values()]
    this.#tasks.clear()
    for (const task of tasks) task.settle(outcomes.unavailable)
  }
}

/** @throws FrameError for a number that stands for no outcome. */
function outcomeOf({ tag, word, number }: Readonly<RecordHead>, bytes: Uint8Array): Outcome {
  const code = codeOfNumber(tag)
  if (word === 0 && number === 0) return { code, bytes }
  return {
    code,
    bytes,
    ...(word === 0 ? {} : { httpStatus: word }),
    ...(number === 0 ? {} : { retryAfterMs: number }),
  }
}

/** 0 says that there is none. */
const wholeNumber = (value: number): number => Math.min(MAX_NUMBER, Math.max(1, Math.ceil(value)))
