/** Every metric of ours: its name, type, labels and buckets. docs/metrics.md says what each is good for. */

import type { Registry } from 'prom-client'
import { type Cells, counterCells, gaugeCells } from './tally.ts'
import { TallyHistogram } from './tally-histogram.ts'

/** What the names and buckets depend on. */
export interface FamilyChoices {
  readonly namespace: string
  readonly timeoutMs: number
  readonly registry: Registry
}

/** The families; the first five have Mosec's names, labels and buckets. */
export interface Families {
  readonly throughput: Cells
  readonly processDuration: TallyHistogram
  readonly batchSize: TallyHistogram
  readonly batchDuration: TallyHistogram
  readonly remainingTask: Cells
  readonly queuedTask: Cells
  readonly queueDuration: TallyHistogram
  readonly replica: Cells
  readonly restart: Cells
  readonly runtimeInfo: Cells
  readonly replicaGauge: Cells
  readonly recycled: Cells
  readonly stageChanges: Cells
  readonly refused: Cells
  readonly expired: Cells
  readonly cancelled: Cells
  readonly retried: Cells
  readonly isolated: Cells
  readonly deaths: Cells
  readonly retryIn: Cells
}

const FIRST_SECONDS = 0.001
const MAX_DURATION_BUCKETS = 32
const BATCH_DURATION_BUCKETS = 13
const BATCH_SIZE_BUCKETS = 10

/** Makes the families in `registry`. */
export function makeFamilies({ namespace, timeoutMs, registry }: FamilyChoices): Families {
  const named = (name: string, help: string, ...labelNames: string[]) => ({
    name: `${namespace}_${name}`,
    help,
    labelNames,
    registry,
  })
  const durations = doubling(FIRST_SECONDS, durationBuckets(timeoutMs))
  return {
    throughput: counterCells(
      named('throughput_total', 'service inference endpoint throughput', 'code', 'endpoint'),
    ),
    processDuration: new TallyHistogram({
      ...named(
        'process_duration_second',
        'process duration of each replica in each stage',
        'stage',
        'connection',
      ),
      bounds: durations,
    }),
    batchSize: new TallyHistogram({
      ...named('batch_size', 'batch size of each replica in each stage', 'stage', 'connection'),
      bounds: doubling(1, BATCH_SIZE_BUCKETS),
    }),
    batchDuration: new TallyHistogram({
      ...named('batch_duration_second', 'time to form a batch in each stage', 'stage', 'connection'),
      bounds: doubling(FIRST_SECONDS, BATCH_DURATION_BUCKETS),
    }),
    remainingTask: gaugeCells(named('remaining_task', 'tasks in the whole service')),
    queuedTask: gaugeCells(named('queued_task', 'tasks waiting in the queue of each stage', 'stage')),
    queueDuration: new TallyHistogram({
      ...named('queue_duration_second', 'time that tasks waited in the queue of each stage', 'stage'),
      bounds: durations,
    }),
    replica: gaugeCells(named('replica', 'replicas of each stage by state', 'stage', 'state')),
    restart: counterCells(named('replica_restart_total', 'times a replica was started again', 'stage')),
    recycled: counterCells(
      named('replica_recycle_total', 'replicas replaced by a fresh one', 'stage', 'reason'),
    ),
    stageChanges: counterCells(
      named('stage_change_total', 'changes to a stage while it ran', 'stage', 'setting'),
    ),
    runtimeInfo: gaugeCells(
      named(
        'runtime_info',
        'what computes in each replica; always 1',
        'stage',
        'connection',
        'runtime',
        'backend',
      ),
    ),
    replicaGauge: gaugeCells(
      named('replica_gauge', 'what workers report of themselves', 'stage', 'connection', 'name'),
    ),
    refused: counterCells(
      named('refused_task_total', 'tasks turned away at the front door', 'endpoint', 'reason'),
    ),
    expired: counterCells(named('expired_task_total', 'tasks whose deadline passed', 'endpoint', 'where')),
    cancelled: counterCells(
      named('cancelled_task_total', 'requests whose client left', 'endpoint', 'where', 'stage'),
    ),
    isolated: counterCells(
      named('isolated_task_total', 'tasks that failed alone after their batch had failed', 'stage'),
    ),
    deaths: gaugeCells(
      named('replica_death', 'deaths of a replica in a row, without a healthy minute', 'stage', 'connection'),
    ),
    retryIn: gaugeCells(
      named('replica_backoff_second', 'wait before a dead replica is started again', 'stage', 'connection'),
    ),
    retried: counterCells(named('retried_task_total', 'tasks sent again since their replica died', 'stage')),
  }
}

/** As many as Mosec: from 1 ms by two to the timeout or just above (13 for 3 s: up to 4.096 s). */
function durationBuckets(timeoutMs: number): number {
  const count = Math.ceil(Math.log2(timeoutMs)) + 1
  return Math.min(Math.max(count, 1), MAX_DURATION_BUCKETS)
}

function doubling(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first * 2 ** i)
}
