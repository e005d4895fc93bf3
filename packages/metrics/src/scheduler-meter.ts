/** Counts what the scheduler and the HTTP face tell. */

import type {
  Answered,
  BatchReplied,
  BatchSent,
  CancelledWhere,
  Observer,
  OutcomeCode,
  ReplicaChanged,
  ReplicaRecycled,
  ReplicaReported,
  ReplicaState,
  StageChanged,
  TaskInfo,
} from '@mosec/core'
import type { Families } from './families.ts'
import { StageMeter } from './stage-meter.ts'
import type { Cell } from './tally.ts'
import type { Tally } from './tally-histogram.ts'

/** A registered route, and the names of its stages. */
export interface MeteredRoute {
  readonly path: string
  readonly stages: readonly string[]
}

const states: readonly ReplicaState[] = ['starting', 'ready', 'backoff', 'stopping', 'stopped']

/** One observer for the whole service; every event costs well under a microsecond. */
export class SchedulerMeter implements Required<Observer> {
  readonly #families: Families
  readonly #remaining: Cell
  readonly #succeeded: Tally
  readonly #failed: Tally
  readonly #stages = new Map<string, StageMeter>()
  /** Answers by route and status. */
  readonly #answered = new Map<string, Map<number, Cell>>()
  /** The queue that each waiting task is in: not every way out of a queue is an event of its own. */
  readonly #waiting = new Map<number, Cell>()

  constructor(families: Families, stages: readonly string[], routes: readonly MeteredRoute[]) {
    this.#families = families
    this.#remaining = families.remainingTask.at()
    this.#succeeded = families.processDuration.series({ stage: 'total', connection: 'total' })
    this.#failed = families.processDuration.series({ stage: 'total', connection: 'failed' })
    for (const stage of stages) this.#stage(stage)
    for (const route of routes) this.#begin(route)
  }

  /** Series that are there from the start, at 0: a rate over one that appears with its first event misses that event. */
  #begin({ path, stages }: MeteredRoute): void {
    const { throughput, refused, expired, cancelled } = this.#families
    throughput.at('200', path)
    refused.at(path, 'queue_full')
    for (const where of ['queued', 'running']) {
      expired.at(path, where)
      for (const stage of stages) cancelled.at(path, where, stage)
    }
    for (const where of ['reading', 'answering']) cancelled.at(path, where, '')
  }

  admitted(): void {
    this.#remaining.value++
  }

  refused(route: string, code: OutcomeCode): void {
    this.#families.refused.at(route, code).value++
  }

  queued(task: TaskInfo, stage: string): void {
    const depth = this.#stage(stage).queued
    depth.value++
    this.#waiting.set(task.id, depth)
  }

  dequeued(task: TaskInfo, stage: string, queuedMs: number): void {
    this.#leaveQueue(task)
    this.#stage(stage).queueDuration.observe(queuedMs / 1000)
  }

  batchSent(batch: BatchSent): void {
    // A stage without batches has no sizes and forms nothing; Mosec leaves them out too.
    if (batch.maxBatchSize > 1) this.#stage(batch.stage).replica(batch.replica).sent(batch)
  }

  batchReplied(batch: BatchReplied): void {
    // A batch that failed as a whole says nothing about how long the work takes.
    if (batch.failures < batch.size) this.#stage(batch.stage).replica(batch.replica).replied(batch)
  }

  settled(task: TaskInfo, code: OutcomeCode, durationMs: number): void {
    this.#remaining.value--
    this.#leaveQueue(task)
    if (code === 'ok') this.#succeeded.observe(durationMs / 1000)
    else if (code !== 'cancelled') this.#failed.observe(durationMs / 1000)
  }

  expired(task: TaskInfo, where: 'queued' | 'running'): void {
    this.#families.expired.at(task.route, where).value++
  }

  cancelled(task: TaskInfo, where: CancelledWhere, stage: string): void {
    this.#families.cancelled.at(task.route, where, stage).value++
  }

  isolated(stage: string, tasks: number): void {
    this.#families.isolated.at(stage).value += tasks
  }

  retried(task: TaskInfo, stage: string): void {
    this.#families.retried.at(stage).value++
    this.queued(task, stage)
  }

  replicaChanged(change: ReplicaChanged): void {
    this.#stage(change.stage).changed(change)
  }

  replicaRecycled({ stage, reason }: ReplicaRecycled): void {
    this.#families.recycled.at(stage, reason).value++
  }

  stageChanged({ stage, settings }: StageChanged): void {
    for (const setting of settings) this.#families.stageChanges.at(stage, setting).value++
  }

  replicaReported(report: ReplicaReported): void {
    this.#stage(report.stage).replica(report.replica).reported(report)
  }

  answered({ endpoint, status, left }: Answered): void {
    this.#answers(endpoint, status).value++
    if (left !== undefined) this.#families.cancelled.at(endpoint, left, '').value++
  }

  /** Making a key of both costs a microsecond, these two look-ups a tenth. */
  #answers(endpoint: string, status: number): Cell {
    const byStatus = this.#answered.get(endpoint) ?? new Map<number, Cell>()
    const known = byStatus.get(status)
    if (known !== undefined) return known
    const cell = this.#families.throughput.at(`${status}`, endpoint)
    this.#answered.set(endpoint, byStatus.set(status, cell))
    return cell
  }

  #leaveQueue(task: TaskInfo): void {
    const depth = this.#waiting.get(task.id)
    if (depth === undefined) return
    depth.value--
    this.#waiting.delete(task.id)
  }

  #stage(name: string): StageMeter {
    let stage = this.#stages.get(name)
    if (stage === undefined) {
      stage = new StageMeter(name, this.#families, states)
      this.#stages.set(name, stage)
    }
    return stage
  }
}
