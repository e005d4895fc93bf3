/** A scheduler in a test's hand: a task ends when the test says so. */

import { type Outcome, outcomes, type Submission, type Submitter, type TaskHandle } from '@mosec/core'
import { Mailbox } from './mailbox.ts'

/** One submitted task. */
export class HeldTask implements TaskHandle {
  readonly id: number
  readonly submission: Submission
  isSettled = false

  constructor(id: number, submission: Submission) {
    this.id = id
    this.submission = submission
  }

  /** The request's body as text. */
  get text(): string {
    return Buffer.from(this.submission.bytes).toString()
  }

  settle(outcome: Outcome): void {
    if (this.isSettled) return
    this.isSettled = true
    this.submission.sink.settled(outcome)
  }

  /** Ends well with this body. */
  succeed(text: string): void {
    this.settle({ code: 'ok', bytes: Buffer.from(text) })
  }

  /** `false` when the sink is full. */
  event(text: string): boolean | undefined {
    return this.submission.sink.event?.(Buffer.from(text))
  }
}

/** Keeps tasks for the test, or settles each at once where `instantly` says how. */
export class HeldSubmitter implements Submitter {
  readonly submitted = new Mailbox<HeldTask>()
  readonly cancelled = new Mailbox<HeldTask>()
  readonly resumed = new Mailbox<HeldTask>()
  readonly #instantly: ((task: HeldTask) => void) | undefined
  #nextId = 1

  constructor(instantly?: (task: HeldTask) => void) {
    this.#instantly = instantly
  }

  submit(submission: Submission): TaskHandle {
    const task = new HeldTask(this.#nextId++, submission)
    this.#instantly?.(task)
    if (task.isSettled) return task
    submission.sink.admitted?.()
    this.submitted.push(task)
    return task
  }

  cancel(handle: TaskHandle): void {
    if (!(handle instanceof HeldTask) || handle.isSettled) return
    handle.settle(outcomes.cancelled)
    this.cancelled.push(handle)
  }

  resume(handle: TaskHandle): void {
    if (handle instanceof HeldTask && !handle.isSettled) this.resumed.push(handle)
  }
}

/** Answers every task with its own body. */
export const echo = (task: HeldTask): void => task.succeed(task.text)
