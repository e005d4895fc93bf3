/**
 * Requests at the moments of a schedule, whatever the server does. A request's time counts from its scheduled moment, so
 * that neither a slow server nor a slow generator makes itself look better (coordinated omission).
 */

import { performance } from 'node:perf_hooks'
import { ConnectionPool } from './connection-pool.ts'
import type { LoadPlan, LoadReport } from './plan.ts'
import { nextGapMs, seededRandom } from './poisson.ts'
import { quantile, Tally } from './tally.ts'

/** Longest wait for the last answers, in milliseconds. */
const LAST_ANSWERS_MS = 5000

/** How long after its deadline a client still waits for the server to say so, in milliseconds. */
const PATIENCE_MS = 200

interface PreparedKind {
  readonly request: string
  /** Requests of a random number below this are of this kind or one before. */
  readonly upTo: number
  readonly tally: Tally
}

export class Generator {
  readonly #plan: LoadPlan
  readonly #random: () => number
  readonly #pool: ConnectionPool
  readonly #kinds: readonly PreparedKind[]
  readonly #warmUp = new Tally()
  readonly #lagsMs: number[] = []
  #open = 0
  #startMs = 0
  #nextMs = 0
  #isOver = false
  #finished: () => void = () => {}

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#random = seededRandom(plan.seed)
    this.#pool = new ConnectionPool(plan.port)
    this.#kinds = prepare(plan)
  }

  async run(): Promise<LoadReport> {
    const { perSecond, deadlineMs } = this.#plan
    // As many as wait when each answer takes until its deadline.
    await this.#pool.fill(Math.ceil((perSecond * deadlineMs) / 1000))
    this.#startMs = performance.now()
    const countedFrom = Date.now() + this.#plan.warmUpSeconds * 1000
    const cpuBefore = process.cpuUsage()
    await new Promise<void>((resolve) => {
      this.#finished = resolve
      this.#tick()
    })
    const { user, system } = process.cpuUsage(cpuBefore)
    const elapsedMs = performance.now() - this.#startMs
    this.#pool.close()
    const kinds = this.#plan.kinds.map(({ name }, index) => this.#kinds[index]?.tally.report(name))
    const reports = kinds.flatMap((report) => report ?? [])
    return {
      kinds: reports,
      countedFrom,
      cpuShare: (user + system) / 1000 / elapsedMs,
      p99LagMs: quantile(Float64Array.from(this.#lagsMs).sort(), 0.99),
      connectionsOpened: this.#pool.opened,
    }
  }

  /** Sends all that is due; at a millisecond's distance, which is the finest that timers have. */
  #tick(): void {
    const { perSecond, warmUpSeconds, seconds } = this.#plan
    const nowMs = performance.now() - this.#startMs
    const endMs = (warmUpSeconds + seconds) * 1000
    while (this.#nextMs <= nowMs && this.#nextMs < endMs) {
      this.#send(this.#nextMs)
      this.#nextMs += nextGapMs(perSecond, this.#random)
    }
    if (this.#nextMs < endMs) setTimeout(() => this.#tick(), 1)
    else this.#endSoon()
  }

  #endSoon(): void {
    this.#isOver = true
    if (this.#open === 0) this.#finished()
    else setTimeout(() => this.#giveUp(), LAST_ANSWERS_MS).unref()
  }

  #giveUp(): void {
    for (; this.#open > 0; this.#open--) this.#kinds[0]?.tally.failed('unanswered')
    this.#finished()
  }

  #send(scheduledMs: number): void {
    const kind = this.#chooseKind()
    const isCounted = scheduledMs >= this.#plan.warmUpSeconds * 1000
    const tally = isCounted ? kind.tally : this.#warmUp
    const sentMs = performance.now() - this.#startMs
    if (isCounted) this.#lagsMs.push(sentMs - scheduledMs)
    tally.sent++
    const leaving = this.#leavesAfterMs()
    const staysMs = (leaving ?? this.#plan.deadlineMs + PATIENCE_MS) + scheduledMs - sentMs
    const leave = (): void => {
      if (leaving === undefined) tally.failed('gave up')
      else tally.left++
    }
    // The generator itself is late; to open connections for those who have left would make it later still.
    if (staysMs <= 0) {
      leave()
      return
    }
    this.#open++
    const connection = this.#pool.take()
    const leaveTimer = setTimeout(() => {
      leave()
      connection.leave()
      this.#settled()
    }, staysMs)
    connection.send(kind.request, {
      answered: (status) => {
        clearTimeout(leaveTimer)
        tally.answered(status, performance.now() - this.#startMs - scheduledMs, this.#plan.deadlineMs)
        this.#settled()
      },
      failed: (reason) => {
        clearTimeout(leaveTimer)
        tally.failed(reason)
        this.#settled()
      },
    })
  }

  #leavesAfterMs(): number | undefined {
    const { leavingShare, deadlineMs } = this.#plan
    if (this.#random() >= leavingShare) return undefined
    return this.#random() * deadlineMs
  }

  #chooseKind(): PreparedKind {
    const draw = this.#random()
    const kind = this.#kinds.find(({ upTo }) => draw < upTo) ?? this.#kinds[0]
    if (kind === undefined) throw new Error('a plan needs a kind of request')
    return kind
  }

  #settled(): void {
    this.#open--
    if (this.#isOver && this.#open === 0) this.#finished()
  }
}

function prepare({ kinds, path, headers }: LoadPlan): PreparedKind[] {
  let upTo = 0
  return kinds.map(({ body, share }) => {
    upTo += share
    const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n${headers}`
    return { request: `${head}content-length: ${body.length}\r\n\r\n${body}`, upTo, tally: new Tally() }
  })
}
