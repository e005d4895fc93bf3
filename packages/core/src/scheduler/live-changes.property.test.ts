/** Stages that change while they work: replicas come and go, limits change, and no task fails or is lost. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adaptive } from '../batch/adaptive.ts'
import { greedy } from '../batch/greedy.ts'
import { window } from '../batch/window.ts'
import { combineObservers } from '../contract/combine-observers.ts'
import { silentLogger } from '../contract/logger.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { HeldReplica } from '../testing/held-replica.ts'
import { Scheduler } from './scheduler.ts'

/** One batch at least, since a batch of a replica that holds nothing cannot end. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('submit' as const), count: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('attach' as const), stage: fc.constantFrom('A', 'B') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), which: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      stage: fc.constantFrom('A', 'B'),
      policy: fc.constantFrom(greedy, window, adaptive),
      maxBatchSize: fc.integer({ min: 1, max: 5 }),
      maxWaitMs: fc.integer({ min: 0, max: 50 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const), isDrained: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface Crew {
  readonly stage: string
  readonly replica: HeldReplica
  isRetired: boolean
  /** Times that the stage said it holds nothing more. */
  done: number
}

class World {
  readonly clock = new FakeClock()
  readonly limits = new Map([
    ['A', 2],
    ['B', 2],
  ])
  readonly oversized: unknown[] = []
  readonly outcomes = new Map<number, string[]>()
  readonly crews: Crew[] = []
  readonly scheduler: Scheduler
  #submitted = 0
  #wasKilled = false

  constructor() {
    this.scheduler = new Scheduler({
      stages: ['A', 'B'].map((name) => ({
        name,
        policy: greedy,
        capacity: 1000,
        limits: { maxBatchSize: 2, maxWaitMs: 10 },
      })),
      routes: [{ path: '/', stages: ['A', 'B'] }],
      timeoutMs: 1e9,
      refuseLate: true,
      clock: this.clock,
      observer: combineObservers(
        [
          {
            batchSent: ({ stage, size }) => {
              if (size > (this.limits.get(stage) ?? 0)) this.oversized.push({ stage, size })
            },
          },
        ],
        (error) => {
          throw error
        },
      ),
      logger: silentLogger,
    })
    this.attach('A')
    this.attach('B')
  }

  attach(stage: string): void {
    const replica = new HeldReplica(this.crews.length + 1)
    this.crews.push({ stage, replica, isRetired: false, done: 0 })
    this.scheduler.stage(stage).attach(replica)
  }

  take(step: Step): void {
    switch (step.do) {
      case 'submit':
        for (let count = 0; count < step.count; count++) this.#submit()
        break
      case 'finish':
        this.#pick(step.which, ({ replica }) => replica.batches.length > 0)?.replica.finish()
        break
      case 'attach':
        this.attach(step.stage)
        break
      case 'retire':
        this.#retire(step.which)
        break
      case 'kill':
        // One that leaves, and once: a task that is lost twice is given up, which is another property.
        if (this.#wasKilled) break
        this.#kill(step.which)
        break
      case 'change':
        this.limits.set(step.stage, step.maxBatchSize)
        this.scheduler.stage(step.stage).change(step.policy, step)
        break
      case 'drain':
        this.scheduler.stage('B').isDrained = step.isDrained
        break
      case 'wait':
        this.clock.advance(step.ms)
    }
    this.clock.flush()
  }

  /** Everything that is left is computed. */
  finish(): void {
    for (let turn = 0; turn < 10_000 && this.scheduler.remaining > 0; turn++) {
      for (const { replica } of this.crews) if (replica.batches.length > 0) replica.finish()
      this.clock.advance(60)
    }
  }

  #submit(): void {
    const id = this.#submitted++
    const codes: string[] = []
    this.outcomes.set(id, codes)
    this.scheduler.submit({
      route: '/',
      bytes: new Uint8Array(1),
      requestCodec: 0,
      responseCodec: 0,
      sink: { settled: ({ code }) => codes.push(code) },
    })
  }

  /** Never the last one of its stage. */
  #retire(which: number): void {
    const crew = this.#pick(which, (one) => !one.isRetired && this.#works(one.stage).length > 1)
    if (crew === undefined) return
    crew.isRetired = true
    const held = crew.replica.batches.length
    this.scheduler.stage(crew.stage).retire(crew.replica, () => {
      crew.done++
    })
    expect(crew.done).toBe(held === 0 ? 1 : 0)
  }

  #kill(which: number): void {
    const crew = this.#pick(which, ({ isRetired, done }) => isRetired && done === 0)
    crew?.replica.die()
    this.#wasKilled ||= crew !== undefined
  }

  #works(stage: string): Crew[] {
    return this.crews.filter((crew) => crew.stage === stage && !crew.isRetired)
  }

  #pick(which: number, suits: (crew: Crew) => boolean): Crew | undefined {
    const suited = this.crews.filter(suits)
    return suited[which % Math.max(1, suited.length)]
  }
}

describe('changes to stages while they work', () => {
  it('settle every admitted task once and well; who was retired gets nothing more, and is done once', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const world = new World()
        for (const one of steps) {
          const before = new Map(world.crews.map((crew) => [crew, crew.replica.batches.length]))
          const wasRetired = world.crews.filter(({ isRetired }) => isRetired)
          world.take(one)
          for (const crew of wasRetired) {
            expect(crew.replica.batches.length).toBeLessThanOrEqual(before.get(crew) ?? 0)
            expect(crew.done).toBe(crew.replica.batches.length === 0 ? 1 : 0)
          }
        }
        world.finish()
        expect(world.oversized).toEqual([])
        expect(world.scheduler.remaining).toBe(0)
        for (const codes of world.outcomes.values()) {
          expect(codes).toHaveLength(1)
          expect(['ok', 'unavailable']).toContain(codes[0])
        }
        for (const crew of world.crews) if (crew.isRetired) expect(crew.done).toBe(1)
        expect(world.scheduler.stage('A').running + world.scheduler.stage('B').running).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('a task that was admitted before the drain is computed; one that comes after it is refused', () => {
    const world = new World()
    world.take({ do: 'submit', count: 3 })
    world.take({ do: 'drain', isDrained: true })
    world.take({ do: 'submit', count: 2 })
    world.finish()
    expect([...world.outcomes.values()].flat()).toEqual(['ok', 'ok', 'ok', 'unavailable', 'unavailable'])
    world.take({ do: 'drain', isDrained: false })
    world.take({ do: 'submit', count: 1 })
    world.finish()
    expect(world.outcomes.get(5)).toEqual(['ok'])
  })

  it('a replica that is not there any more is done at once', () => {
    const world = new World()
    let done = 0
    world.scheduler.stage('A').retire(new HeldReplica(9), () => {
      done++
    })
    expect(done).toBe(1)
  })
})
