/** Takes tasks in, leads them through their pipelines, and settles each exactly once. */

import type { Clock } from '../contract/clock.ts'
import type { Logger } from '../contract/logger.ts'
import type { Observer } from '../contract/observer.ts'
import { type Outcome, outcomes } from '../contract/outcome.ts'
import type { Submission, Submitter, TaskHandle } from '../contract/submit.ts'
import { Task } from '../contract/task.ts'
import type { Reply } from '../contract/transport.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { Stage } from '../stage/stage.ts'
import type { StageHost, StageOptions } from '../stage/stage-host.ts'
import { Deadlines } from './deadlines.ts'

/** A path and the names of its stages, in order. */
export interface RouteOptions {
  readonly path: string
  readonly stages: readonly string[]
}

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly stages: readonly StageOptions[]
  readonly routes: readonly RouteOptions[]
  /** Longest life of a task, in milliseconds. */
  readonly timeoutMs: number
  /**
   * Under overload, refuse a task that could not be answered by its deadline, instead of computing it too late;
   * `true` when left out.
   */
  readonly refuseLate?: boolean
  readonly clock: Clock
  readonly observer: Required<Observer>
  readonly logger: Logger
}

const noBytes = new Uint8Array()

/** The front door and the way through; the replicas come by `stage(name).attach`. */
export class Scheduler implements Submitter, StageHost {
  readonly #stages = new Map<string, Stage>()
  readonly #pipelines = new Map<string, Pipeline>()
  readonly #timeoutMs: number
  readonly #refuseLate: boolean
  readonly #clock: Clock
  readonly #observer: Required<Observer>
  readonly #logger: Logger
  readonly #deadlines: Deadlines
  #lastId = 0
  #remaining = 0
  #isDraining = false
  readonly #drained: (() => void)[] = []

  /** @throws RangeError for two stages or routes of one name, or a route with an unknown stage. */
  constructor(options: SchedulerOptions) {
    this.#timeoutMs = options.timeoutMs
    this.#refuseLate = options.refuseLate ?? true
    this.#clock = options.clock
    this.#observer = options.observer
    this.#logger = options.logger
    this.#deadlines = new Deadlines(options.clock, (task) => this.expired(task))
    for (const stage of options.stages) this.#addStage(stage)
    for (const route of options.routes) this.#addRoute(route)
  }

  /** Admitted tasks that are not settled. */
  get remaining(): number {
    return this.#remaining
  }

  /** @throws RangeError for an unknown name. */
  stage(name: string): Stage {
    const stage = this.#stages.get(name)
    if (stage === undefined) throw new RangeError(`no stage is called ${name}`)
    return stage
  }

  submit(submission: Submission): TaskHandle {
    const pipeline = this.#pipelines.get(submission.route)
    if (pipeline === undefined) throw new RangeError(`no route is registered for ${submission.route}`)
    const task = this.#makeTask(submission, pipeline)
    const refusal = this.#refusal(pipeline, task)
    if (refusal !== undefined) {
      this.#observer.refused(task.route, refusal.code)
      task.release?.()
      this.#tell(task, refusal)
      return task
    }
    this.#remaining++
    this.#observer.admitted(task)
    this.#deadlines.watch(task)
    pipeline.ingress.enqueue(task)
    if (task.sink.admitted !== undefined) this.#sayAdmitted(task)
    return task
  }

  cancel(handle: TaskHandle): void {
    if (!(handle instanceof Task) || handle.isSettled) return
    const stage = this.#pipelines.get(handle.route)?.at(handle)
    if (stage !== undefined) {
      const where = stage.drop(handle)
      this.#observer.cancelled(handle, handle.stream === undefined ? where : 'streaming', stage.name)
    }
    this.#settle(handle, outcomes.cancelled)
  }

  resume(handle: TaskHandle): void {
    if (!(handle instanceof Task) || handle.isSettled) return
    this.#pipelines.get(handle.route)?.at(handle)?.resumeStream(handle)
  }

  /** Refuses what comes from now on. Resolves when all admitted tasks are settled; deadlines bound that. */
  drain(): Promise<void> {
    this.#isDraining = true
    if (this.#remaining === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  /** Settles what is left as `shutting_down`; for the end, when nobody computes any more. */
  close(): void {
    this.#isDraining = true
    for (const task of this.#deadlines.tasks()) {
      this.#pipelines.get(task.route)?.at(task)?.drop(task)
      this.#settle(task, outcomes.shuttingDown)
    }
    this.#deadlines.stop()
  }

  /** Part of {@link StageHost}, as are the four methods below. */
  stageAfter(task: Task): Stage | undefined {
    return this.#pipelines.get(task.route)?.after(task)
  }

  replied(task: Task, outcome: Reply): void {
    const next = outcome.code === 'ok' ? this.#pipelines.get(task.route)?.advance(task, outcome) : undefined
    if (next === undefined) this.#settle(task, outcome)
    else next.enqueue(task)
  }

  streamed(task: Task, bytes: Uint8Array): boolean {
    try {
      return task.sink.event?.(bytes) !== false
    } catch (error) {
      this.#logger.error('a task sink threw on an event', { error, route: task.route })
      return true
    }
  }

  expired(task: Task): void {
    if (task.isSettled) return
    const where = this.#pipelines.get(task.route)?.at(task)?.drop(task)
    if (where !== undefined) this.#observer.expired(task, where)
    this.#settle(task, outcomes.timeout)
  }

  crashed(task: Task): void {
    const why =
      task.stream === undefined
        ? 'a task killed its replica twice and is not sent again'
        : 'a replica died within a stream, which cannot begin anew'
    this.#logger.error(why, { route: task.route, task: task.id })
    this.#settle(task, outcomes.workerCrashed)
  }

  #addStage(options: StageOptions): void {
    if (this.#stages.has(options.name)) throw new RangeError(`two stages are called ${options.name}`)
    const ports = {
      host: this,
      clock: this.#clock,
      observer: this.#observer,
      refuseLate: this.#refuseLate,
    }
    this.#stages.set(options.name, new Stage(options, ports))
  }

  #addRoute({ path, stages }: RouteOptions): void {
    if (this.#pipelines.has(path)) throw new RangeError(`the route ${path} is registered twice`)
    this.#pipelines.set(
      path,
      new Pipeline(
        path,
        stages.map((name) => this.stage(name)),
      ),
    )
  }

  #makeTask(submission: Submission, pipeline: Pipeline): Task {
    const nowMs = this.#clock.now()
    this.#lastId = (this.#lastId + 1) >>> 0
    return new Task({
      id: this.#lastId,
      route: pipeline.route,
      admittedMs: nowMs,
      deadlineMs: nowMs + Math.min(this.#timeoutMs, submission.timeoutMs ?? this.#timeoutMs),
      state: pipeline.ingressState(submission),
      bytes: submission.bytes,
      release: submission.release,
      sink: submission.sink,
      isInProcess: submission.isInProcess === true,
      priority: submission.priority ?? 'normal',
    })
  }

  #refusal(pipeline: Pipeline, task: Task): Outcome | undefined {
    if (this.#isDraining) return outcomes.shuttingDown
    if (pipeline.isDrained) return outcomes.drained
    if (!pipeline.isAvailable) return outcomes.unavailable
    if (!pipeline.ingress.hasRoom(task.route)) return outcomes.queueFull
    return this.#refuseLate && pipeline.isOverloaded ? lateRefusal(pipeline, task) : undefined
  }

  #settle(task: Task, outcome: Outcome): void {
    task.bytes = noBytes
    this.#deadlines.unwatch(task)
    this.#remaining--
    this.#observer.settled(task, outcome.code, this.#clock.now() - task.admittedMs)
    this.#tell(task, outcome)
    if (this.#remaining === 0) for (const resolve of this.#drained.splice(0)) resolve()
  }

  #sayAdmitted(task: Task): void {
    try {
      task.sink.admitted?.()
    } catch (error) {
      this.#logger.error('a task sink threw when it was admitted', { error, route: task.route })
    }
  }

  #tell(task: Task, outcome: Outcome): void {
    task.isSettled = true
    try {
      task.sink.settled(outcome)
    } catch (error) {
      this.#logger.error('a task sink threw on its outcome', { error, route: task.route })
    }
  }
}

/** Why a task is not taken in although there is room: it would not be answered by its deadline. */
function lateRefusal(pipeline: Pipeline, { admittedMs, deadlineMs, priority }: Task): Outcome | undefined {
  const lateMs = admittedMs + pipeline.expectedMs(priority) - deadlineMs
  return lateMs <= 0 ? undefined : { ...outcomes.overloaded, retryAfterMs: lateMs }
}
