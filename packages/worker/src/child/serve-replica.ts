/** The life of a replica in its own process: set up, warm up, say hello, connect, compute, leave. */

import type { AnyWorker, Channel, Clock, Logger, WorkerContext } from '@mosec/core'
import type { Grant, StartPhase } from '../control/control-messages.ts'
import type { ReplicaControl } from '../control/replica-control.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { BatchLoop } from './batch-loop.ts'
import { BatchRunner, type OnBatchError } from './batch-runner.ts'
import { createBlame } from './blame.ts'
import { checkBatchCost } from './call-groups.ts'
import { Replies } from './replies.ts'
import { ReportOutbox } from './report-outbox.ts'
import { inPhase } from './start-phase.ts'
import { Turn } from './turn.ts'
import { warmUp } from './warm-up.ts'
import { workerInfo } from './worker-info.ts'

/** As long as the parent gives one that never yields. */
const HANG_GRACE_MS = 1_000

/** What a replica is made of. */
export interface ServeReplicaOptions {
  readonly worker: AnyWorker
  /** Name of the stage. */
  readonly stage: string
  /** 1-based number within the stage. */
  readonly replica: number
  readonly maxBatchSize: number
  /** Longest that one call of an asynchronous `forward` may take, in milliseconds; 0 or `Infinity` for no limit. */
  readonly timeoutMs: number
  /**
   * Time that a `forward` may still run once its timeout or deadline has passed, in milliseconds; then the replica leaves
   * with an error, and its queued batches are computed elsewhere. 1,000 when left out.
   */
  readonly hangGraceMs?: number
  readonly onBatchError: OnBatchError
  /** For debugging: results are checked against the worker's output schema. */
  readonly checksOutput?: boolean
  /** Opens the way to the parent; called after warm-up, since connecting means ready. */
  readonly connect: () => Promise<Channel>
  readonly control: ReplicaControl
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Runs one worker until it is told to leave: by `drain` it finishes what it holds; when the parent is gone it drops it.
 * The control stays open for its owner to close.
 * @throws StartError when set-up, warm-up or connecting throws; the parent has been told. An Error when it cannot go on:
 * a `forward` hangs, the channel breaks.
 */
export async function serveReplica(options: ServeReplicaOptions): Promise<void> {
  const { worker, control } = options
  const context = contextOf(options)
  const orders = takeOrders(control)
  orders.onLimits = (maxBatchSize) => {
    context.maxBatchSize = maxBatchSize
  }

  await startPhase(options, 'set-up', () => worker.setup(context))
  try {
    await startPhase(options, 'set-up', () => checkBatchCost(worker))
    if (!orders.isLeaving()) await startPhase(options, 'warm-up', () => warmUp(worker, context))
    if (orders.isLeaving()) return
    control.send({ type: 'mosec:hello', worker: await workerInfo(worker, options.logger) })
    const channel = await startPhase(options, 'connect', options.connect)
    await compute({ ...options, context }, channel, orders)
    channel.close()
  } finally {
    await tearDown(options)
  }
}

/** What the parent asked for so far. */
interface Orders {
  readonly drain: Promise<void>
  readonly closed: Promise<void>
  isLeaving(): boolean
  /** Who takes the cancelled ids; nobody until there is a loop. */
  onCancel: (ids: readonly number[]) => void
  /** Who takes the credit of streams. */
  onGrant: (grants: readonly Grant[]) => void
  /** Who hears of another batch size. */
  onLimits: (maxBatchSize: number) => void
}

function takeOrders(control: ReplicaControl): Orders {
  const drain = deferred<void>()
  const closed = deferred<void>()
  let isLeaving = false
  const orders: Orders = {
    drain: drain.promise,
    closed: closed.promise,
    isLeaving: () => isLeaving,
    onCancel: () => {},
    onGrant: () => {},
    onLimits: () => {},
  }
  const leave = (asked: Deferred<void>): void => {
    isLeaving = true
    asked.resolve()
  }
  control.open({
    message: (message) => {
      if (message.type === 'mosec:cancel') orders.onCancel(message.ids)
      else if (message.type === 'mosec:grant') orders.onGrant(message.grants)
      else if (message.type === 'mosec:limits') orders.onLimits(message.maxBatchSize)
      else leave(drain)
    },
    closed: () => leave(closed),
  })
  return orders
}

/** A replica whose worker is set up. */
interface ComputeOptions extends ServeReplicaOptions {
  readonly context: WorkerContext
}

/** Computes what comes, until the parent wants it to end or is gone. */
async function compute(options: ComputeOptions, channel: Channel, orders: Orders): Promise<void> {
  const loop = createLoop(options, channel)
  const gone = deferred<void>()
  orders.onCancel = (ids) => loop.cancel(ids)
  orders.onGrant = (grants) => loop.grant(grants)
  void orders.closed.then(gone.resolve)
  channel.open({
    forgetsBytes: options.worker.keepsInputs === false,
    batch: (items, budgetMs) => loop.push(items, budgetMs),
    closed: (reason) => {
      options.logger.debug(`the channel closed: ${reason}`)
      gone.resolve()
    },
  })
  await Promise.race([orders.drain, gone.promise, loop.broken])
  await Promise.race([loop.idle(), gone.promise])
  await loop.abandon()
}

function createLoop(options: ComputeOptions, channel: Channel): BatchLoop {
  const { clock, worker, logger, context } = options
  const replies = new Replies(channel, clock)
  const turn = new Turn(clock)
  const runner = new BatchRunner({
    worker,
    context,
    onBatchError: options.onBatchError,
    isolated: isolatedTally(options),
    checksOutput: options.checksOutput ?? false,
    timeoutMs: options.timeoutMs > 0 ? options.timeoutMs : Infinity,
    hangGraceMs: options.hangGraceMs ?? HANG_GRACE_MS,
    hung: (error) => loop.break(error),
    computed: () => loop.handOver(),
    blame: createBlame(worker.constructor.name, logger),
    clock,
    replies,
    turn,
  })
  const loop = new BatchLoop({ runner, replies, turn, clock })
  return loop
}

/** One object for set-up and all calls, so that a worker that keeps it sees what is changed while it runs. */
interface LiveContext extends Omit<WorkerContext, 'maxBatchSize'> {
  maxBatchSize: number
}

/** Counts, and tells the parent once a turn. */
function isolatedTally({ control, clock }: ServeReplicaOptions): () => void {
  let tasks = 0
  return () => {
    tasks += 1
    if (tasks > 1) return
    clock.soon(() => {
      control.send({ type: 'mosec:isolated', tasks })
      tasks = 0
    })
  }
}

function contextOf(options: ServeReplicaOptions): LiveContext {
  const { stage, replica, maxBatchSize, logger, clock, control } = options
  const outbox = new ReportOutbox(clock, (report) => control.send({ type: 'mosec:report', report }))
  return { stage, replica, maxBatchSize, logger, report: (report) => outbox.add(report) }
}

const startPhase = <T>(options: ServeReplicaOptions, phase: StartPhase, work: () => T | Promise<T>) =>
  inPhase({ phase, worker: options.worker.constructor.name, control: options.control }, work)

/** The replica leaves in any case: a teardown that throws is only logged. */
async function tearDown({ worker, logger }: ServeReplicaOptions): Promise<void> {
  try {
    await worker.teardown()
  } catch (error) {
    logger.error(`teardown of worker ${worker.constructor.name} threw`, { error })
  }
}
