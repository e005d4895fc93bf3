/** The scheduler under random arrivals, durations, failures, cancels and crashes: what must hold whatever happens. */

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { adaptive } from '../batch/adaptive.ts'
import { greedy } from '../batch/greedy.ts'
import { window } from '../batch/window.ts'
import { combineObservers } from '../contract/combine-observers.ts'
import { silentLogger } from '../contract/logger.ts'
import { type Outcome, outcomes } from '../contract/outcome.ts'
import { priorities } from '../contract/priority.ts'
import type { TaskHandle } from '../contract/submit.ts'
import type { TaskInfo } from '../contract/task.ts'
import type { BatchItem, Connection, LinkEvents } from '../contract/transport.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { Scheduler } from './scheduler.ts'

const SCHEDULES = Number(process.env['MOSEC_SCHEDULES'] ?? 10_000)
/** A failure prints its seed; with it the same schedules run again. */
const SEED = process.env['MOSEC_SEED']
const TIMEOUT_MS = 200
const policies = { adaptive, greedy, window }
const kinds = [
  'fine',
  'fine',
  'fine',
  'fails',
  'kills',
  'hangs',
  'stuck',
  'tells',
  'tells and kills',
] as const
/** Longer than a replica may hang beyond its deadline. */
const HANG_MS = 1100

/** Computes one batch at a time on the fake clock; a killer takes it down, and another one comes after a while. */
class SimulatedReplica implements Connection {
  readonly replica: number
  computed: string[] = []
  #events: LinkEvents | undefined
  #work: (readonly BatchItem[])[] = []
  readonly #clock: FakeClock
  readonly #batchMs: number
  readonly #reborn: () => void

  constructor(replica: number, clock: FakeClock, batchMs: number, reborn: () => void) {
    this.replica = replica
    this.#clock = clock
    this.#batchMs = batchMs
    this.#reborn = reborn
  }

  open(events: LinkEvents): void {
    this.#events = events
  }

  send(items: readonly BatchItem[]): void {
    this.#work.push(items.map(({ id, state, bytes }) => ({ id, state, bytes })))
    if (this.#work.length === 1) this.#begin()
  }

  cancel(): void {}

  close(): void {
    this.#die('ended by the scheduler')
  }

  #die(reason: string): void {
    const events = this.#events
    this.#events = undefined
    this.#work = []
    events?.closed(reason)
    if (events !== undefined) this.#clock.after(5, this.#reborn)
  }

  #begin(): void {
    const [items] = this.#work
    if (items === undefined) return
    const texts = items.map(({ bytes }) => new TextDecoder().decode(bytes))
    this.computed.push(...texts)
    this.#events?.replied(
      items
        .filter((_, index) => texts[index]?.startsWith('tells'))
        .map(({ id, bytes }) => ({ id, code: 'ok', bytes, isEvent: true })),
    )
    if (texts.some((text) => text.startsWith('stuck'))) return
    const hangMs = texts.some((text) => text.startsWith('hangs')) ? TIMEOUT_MS : 0
    this.#clock.after(this.#batchMs + items.length + hangMs, () => this.#end(items, texts))
  }

  #end(items: readonly BatchItem[], texts: readonly string[]): void {
    if (this.#events === undefined) return
    if (texts.some((text) => /^(tells and )?kills/.test(text))) {
      this.#die('simulated crash')
      return
    }
    const replies = items.map(({ id, bytes }, index) =>
      texts[index]?.startsWith('fails')
        ? { id, ...outcomes.inferenceError }
        : { id, code: 'ok' as const, bytes },
    )
    // In two parts and backwards: any subset, in any order.
    const half = replies.length >> 1
    this.#events?.replied(replies.slice(half).reverse())
    this.#events?.replied(replies.slice(0, half))
    this.#work.shift()
    this.#begin()
  }
}

/** First come, first served: tasks of one route and one priority leave the first queue in the order they came. */
class IngressOrder {
  readonly #last = new Map<string, number>()
  readonly #forgiven = new Set<number>()

  left({ id, route, stageIndex }: TaskInfo, priority = 'normal'): void {
    if (stageIndex !== 0 || this.#forgiven.has(id)) return
    const key = `${route} ${priority}`
    expect(id).toBeGreaterThan(this.#last.get(key) ?? 0)
    this.#last.set(key, id)
  }

  /** It comes back from a replica that died, and may leave again. */
  forgive(id: number): void {
    this.#forgiven.add(id)
  }
}

const stageArbitrary = fc.record({
  max: fc.constantFrom(1, 2, 8),
  policy: fc.constantFrom(...(Object.keys(policies) as (keyof typeof policies)[])),
  capacity: fc.constantFrom(1, 4, 50),
  replicas: fc.integer({ min: 1, max: 3 }),
  batchMs: fc.constantFrom(0, 3, 20),
})

const arrivalArbitrary = fc.record({
  afterMs: fc.constantFrom(0, 0, 0, 1, 5, 40),
  kind: fc.constantFrom(...kinds),
  route: fc.constantFrom('/long', '/last', '/ends'),
  priority: fc.constantFrom(...priorities),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 4, nil: undefined }),
})

it('settles every task exactly once, rightly, and leaves nothing behind', () => {
  fc.assert(
    fc.property(
      fc.array(stageArbitrary, { minLength: 1, maxLength: 3 }),
      fc.array(arrivalArbitrary, { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      (stages, arrivals, refuseLate) => {
        const clock = new FakeClock()
        const order = new IngressOrder()
        let settledEvents = 0
        let admitted = 0
        const scheduler = new Scheduler({
          stages: stages.map(({ max, policy, capacity }, index) => ({
            name: `stage${index}`,
            policy: policies[policy],
            capacity,
            limits: { maxBatchSize: max, maxWaitMs: 10 },
          })),
          routes: [
            { path: '/long', stages: stages.map((_, index) => `stage${index}`) },
            { path: '/last', stages: [`stage${stages.length - 1}`] },
            { path: '/ends', stages: [...new Set(['stage0', `stage${stages.length - 1}`])] },
          ],
          timeoutMs: TIMEOUT_MS,
          refuseLate,
          clock,
          observer: combineObservers(
            [
              {
                admitted: () => admitted++,
                settled: () => settledEvents++,
                dequeued: (task) => order.left(task, arrivals[task.id - 1]?.priority),
                retried: ({ id }) => order.forgive(id),
              },
            ],
            (error) => {
              throw error
            },
          ),
          logger: silentLogger,
        })
        const replicas: SimulatedReplica[] = []
        const hire = (index: number, number: number, batchMs: number) => {
          const replica = new SimulatedReplica(number, clock, batchMs, () => hire(index, number, batchMs))
          replicas.push(replica)
          scheduler.stage(`stage${index}`).attach(replica)
        }
        stages.forEach(({ replicas: count, batchMs }, index) => {
          for (let number = 1; number <= count; number++) hire(index, number, batchMs)
        })

        const ends = new Map<string, { outcome: Outcome; atMs: number }[]>()
        const cancelled = new Set<string>()
        arrivals.forEach(({ afterMs, kind, route, priority, cancelAfterMs }, index) => {
          clock.advance(afterMs)
          const text = `${kind} ${index}`
          const startMs = clock.now()
          ends.set(text, [])
          const handle: TaskHandle = scheduler.submit({
            route,
            priority,
            bytes: new TextEncoder().encode(text),
            requestCodec: 0,
            responseCodec: 0,
            sink: {
              event: (bytes) => {
                expect(new TextDecoder().decode(bytes)).toBe(text)
                expect(ends.get(text)).toEqual([])
                return index % 2 === 0
              },
              settled: (outcome) => {
                ends.get(text)?.push({ outcome, atMs: clock.now() - startMs })
              },
            },
          })
          if (cancelAfterMs === undefined) return
          clock.after(cancelAfterMs, () => {
            if (!handle.isSettled) cancelled.add(text)
            scheduler.cancel(handle)
          })
        })
        clock.advance(arrivals.length * HANG_MS)

        for (const [text, settled] of ends) {
          expect(settled, text).toHaveLength(1)
          const [end] = settled
          expect(end?.atMs, text).toBeLessThanOrEqual(TIMEOUT_MS)
          const code = end?.outcome.code
          if (code === 'ok') {
            expect(new TextDecoder().decode(end?.outcome.bytes)).toBe(text)
            expect(text).not.toMatch(/^(fails|kills|stuck|tells and kills)/)
          }
          if (code === 'overloaded') expect(refuseLate, text).toBe(true)
          if (code === 'inference_error') expect(text).toMatch(/^fails/)
          if (code === 'worker_crashed') expect(text).toMatch(/^(kills|tells)/)
          expect(code === 'cancelled', text).toBe(cancelled.has(text))
        }
        expect(settledEvents).toBe(admitted)
        expect(scheduler.remaining).toBe(0)
        for (const [index] of stages.entries()) expect(scheduler.stage(`stage${index}`).length).toBe(0)
        const kills = replicas.flatMap(({ computed }) => computed).filter((text) => text.startsWith('kills'))
        for (const text of kills)
          expect(kills.filter((other) => other === text).length).toBeLessThanOrEqual(2)
        const told = replicas
          .flatMap(({ computed }) => computed)
          .filter((text) => text.startsWith('tells and'))
        expect(new Set(told).size).toBe(told.length)

        // And it still works: a new task goes through every stage.
        let last: Outcome | undefined
        const route = '/long'
        const sink = {
          settled: (outcome: Outcome) => {
            last = outcome
          },
        }
        scheduler.submit({ route, bytes: new Uint8Array([1]), requestCodec: 0, responseCodec: 0, sink })
        clock.advance(TIMEOUT_MS)
        expect(last?.code).toBe('ok')
        clock.advance(HANG_MS)
        expect(clock.pendingTimers).toBe(0)
      },
    ),
    { numRuns: SCHEDULES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  )
}, 240_000)
