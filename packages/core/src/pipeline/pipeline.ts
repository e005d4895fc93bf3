/** A route's ordered stages, and what a task carries from one to the next. */

import type { Priority } from '../contract/priority.ts'
import type { Submission } from '../contract/submit.ts'
import type { Task } from '../contract/task.ts'
import {
  inProcessState,
  markEgress,
  markLastInProcess,
  packState,
  type Reply,
} from '../contract/transport.ts'
import type { Stage } from '../stage/stage.ts'

/** Ingress is the first stage, egress the last; they may be one. */
export class Pipeline {
  readonly route: string
  readonly ingress: Stage
  readonly stages: readonly Stage[]

  /** @throws RangeError when there is no stage. */
  constructor(route: string, stages: readonly Stage[]) {
    const [ingress] = stages
    if (ingress === undefined) throw new RangeError(`the route ${route} needs at least one stage, got none`)
    this.route = route
    this.ingress = ingress
    this.stages = stages
    for (const stage of stages) stage.addRoute(route)
  }

  /** The stage that a task is at. */
  at(task: Task): Stage | undefined {
    return this.stages[task.stageIndex]
  }

  /** The stage that follows for a task, or undefined at the egress. */
  after(task: Task): Stage | undefined {
    return this.stages[task.stageIndex + 1]
  }

  /** Every stage has a replica, or one on its way. */
  get isAvailable(): boolean {
    for (const stage of this.stages) if (stage.isOut) return false
    return true
  }

  /** One of its stages was taken out of service by hand. */
  get isDrained(): boolean {
    for (const stage of this.stages) if (stage.isDrained) return true
    return false
  }

  /** Some stage has more to do than it can begin. */
  get isOverloaded(): boolean {
    for (const { forecast } of this.stages) if (forecast.isOverloaded) return true
    return false
  }

  /**
   * Expected life of a task that comes now, in milliseconds. All that is before it, here and in the stages up to the
   * slowest one, must pass that one first; then the task itself is computed in each. Rather too long than too short:
   * a batch that runs counts as if it had just begun.
   */
  expectedMs(priority: Priority): number {
    let before = 0
    let waitMs = 0
    let workMs = 0
    for (const { forecast } of this.stages) {
      before += forecast.before(this.route, priority)
      waitMs = Math.max(waitMs, before * forecast.taskMs)
      workMs += forecast.sureBatchMs
    }
    return waitMs + workMs
  }

  /** The state that a new task starts with. One from this process has no end where a codec would be used. */
  ingressState({ isInProcess = false, requestCodec, responseCodec }: Submission): number {
    const isEgress = this.stages.length === 1
    if (!isInProcess) return packState({ isIngress: true, isEgress, requestCodec, responseCodec })
    return isEgress ? markLastInProcess(inProcessState) : inProcessState
  }

  /**
   * Moves a task on to its next stage with that stage's input; what happened to it before counts no more. Undefined, and
   * nothing moved, at the egress.
   */
  advance(task: Task, { bytes, release }: Reply): Stage | undefined {
    const next = this.after(task)
    if (next === undefined) return undefined
    task.stageIndex++
    task.bytes = bytes
    task.release = release
    task.crashes = 0
    task.state = this.#laterState(task)
    return next
  }

  #laterState({ isInProcess, state, stageIndex }: Task): number {
    const isLast = stageIndex === this.stages.length - 1
    if (isInProcess) return isLast ? markLastInProcess(0) : 0
    return markEgress(state, isLast)
  }
}
