import { describe, expect, it } from 'vitest'
import { adaptive } from '../batch/adaptive.ts'
import { combineObservers } from '../contract/combine-observers.ts'
import { silentLogger } from '../contract/logger.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Priority } from '../contract/priority.ts'
import type { TaskHandle } from '../contract/submit.ts'
import { CostlyReplica } from '../testing/costly-replica.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { Scheduler } from './scheduler.ts'

const batchCostMs = (size: number) => 5 + 0.5 * size
const MAX_BATCH = 32
/** Of one replica, in tasks a millisecond. */
const CAPACITY = MAX_BATCH / batchCostMs(MAX_BATCH)

interface StageSetUp {
  readonly name: string
  readonly costMs?: (size: number) => number
  readonly max?: number
  readonly capacity?: number
}

function setUp(
  stages: readonly StageSetUp[],
  routes: Readonly<Record<string, readonly string[]>>,
  options: { readonly timeoutMs?: number; readonly refuseLate?: boolean } = {},
) {
  const clock = new FakeClock()
  const scheduler = new Scheduler({
    stages: stages.map(({ name, max = MAX_BATCH, capacity = 1024 }) => ({
      name,
      policy: adaptive,
      capacity,
      limits: { maxBatchSize: max, maxWaitMs: 10 },
    })),
    routes: Object.entries(routes).map(([path, names]) => ({ path, stages: names })),
    timeoutMs: 300,
    clock,
    observer: combineObservers([], (error) => {
      throw error
    }),
    logger: silentLogger,
    ...options,
  })
  const replicas = stages.map(({ name, costMs = batchCostMs }) => {
    const replica = new CostlyReplica(clock, costMs)
    scheduler.stage(name).attach(replica)
    return replica
  })
  return { clock, scheduler, replicas }
}

interface Sent {
  readonly sentMs: number
  readonly handle: TaskHandle
  outcome: Outcome | undefined
  endedMs: number
}

function send(
  { scheduler, clock }: Pick<ReturnType<typeof setUp>, 'scheduler' | 'clock'>,
  { route = '/', priority = 'normal' }: { readonly route?: string; readonly priority?: Priority } = {},
): Sent {
  const end: { outcome: Outcome | undefined; endedMs: number } = { outcome: undefined, endedMs: 0 }
  const sink = {
    settled: (outcome: Outcome) => {
      end.outcome = outcome
      end.endedMs = clock.now()
    },
  }
  const bytes = new Uint8Array([1])
  const sentMs = clock.now()
  const handle = scheduler.submit({ route, bytes, requestCodec: 0, responseCodec: 0, priority, sink })
  return Object.assign(end, { sentMs, handle })
}

/** A generator of numbers from 0 to 1 that is the same in each run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Poisson arrivals of `rate` tasks a millisecond, of which some leave before their deadline. */
function overload(rate: number, { forMs = 4000, leavers = 0.2, timeoutMs = 300, refuseLate = true } = {}) {
  const world = setUp([{ name: 'model' }], { '/': ['model'] }, { timeoutMs, refuseLate })
  const { clock, scheduler, replicas } = world
  const random = seeded(7)
  const sent: Sent[] = []
  const gone = new Set<number>()
  for (let atMs = 0; atMs < forMs; ) {
    const gapMs = -Math.log(1 - random()) / rate
    clock.advance(gapMs)
    atMs += gapMs
    const task = send(world)
    sent.push(task)
    if (random() >= leavers) continue
    clock.after(random() * timeoutMs, () => {
      if (!task.handle.isSettled) gone.add(task.handle.id)
      scheduler.cancel(task.handle)
    })
  }
  clock.advance(2 * timeoutMs)
  const [replica] = replicas
  const computed = new Set(replica?.computed)
  const good = sent.filter(({ outcome }) => outcome?.code === 'ok')
  const inTime = good.filter(({ sentMs, endedMs }) => endedMs - sentMs <= timeoutMs)
  const answered = new Set(good.map(({ handle }) => handle.id))
  const forNobody = [...computed].filter((id) => !answered.has(id)).length
  const ofCapacity = inTime.length / (forMs * CAPACITY)
  return { sent, ofCapacity, forNobody: forNobody / computed.size }
}

describe('under overload', () => {
  it.each([2, 4, 10])(
    'at %i times its capacity, 300 ms deadlines and a fifth leaving: goodput is capacity',
    (times) => {
      const { sent, ofCapacity, forNobody } = overload(times * CAPACITY)
      expect(ofCapacity).toBeGreaterThanOrEqual(0.95)
      expect(forNobody).toBeLessThan(0.02)
      for (const { outcome } of sent) expect(outcome).toBeDefined()
      const refused = sent.filter(({ outcome }) => outcome?.code === 'overloaded')
      expect(refused.length).toBeGreaterThan(0)
      for (const { outcome } of refused) expect(outcome?.retryAfterMs).toBeGreaterThan(0)
    },
  )

  it('short deadlines are kept too', () => {
    expect(overload(4 * CAPACITY, { timeoutMs: 100 }).ofCapacity).toBeGreaterThanOrEqual(0.9)
  })

  it('without the refusal most work is late: that is what it is for', () => {
    const { ofCapacity } = overload(4 * CAPACITY, { refuseLate: false })
    expect(ofCapacity).toBeLessThan(0.9)
  })

  it('refuses nobody below capacity', () => {
    const { sent } = overload(0.8 * CAPACITY, { leavers: 0 })
    expect(sent.filter(({ outcome }) => outcome?.code !== 'ok')).toEqual([])
  })

  it('refuses nobody of a burst after single tasks, which tell nothing of a full batch', () => {
    const world = setUp([{ name: 'model', costMs: () => 20 }], { '/': ['model'] }, { timeoutMs: 600 })
    const { clock } = world
    for (let round = 0; round < 30; round++) {
      send(world)
      clock.advance(25)
    }
    const burst = Array.from({ length: 150 }, () => {
      clock.advance(0.1)
      return send(world)
    })
    clock.advance(600)
    expect(burst.filter(({ outcome }) => outcome?.code !== 'ok')).toEqual([])
  })

  it('refuses on no guess of a stage that has seen single tasks only, either, when another stage is overloaded', () => {
    const costs = { first: () => 10, second: () => 20 }
    const world = setUp(
      [
        { name: 'first', costMs: costs.first, max: 2 },
        { name: 'second', costMs: costs.second },
      ],
      { '/': ['first', 'second'] },
      { timeoutMs: 400 },
    )
    const { clock } = world
    for (let round = 0; round < 10; round++) {
      send(world)
      clock.advance(40)
    }
    const burst = Array.from({ length: 20 }, () => {
      clock.advance(1)
      return send(world)
    })
    clock.advance(400)
    expect(burst.filter(({ outcome }) => outcome?.code !== 'ok')).toHaveLength(0)
  })

  it('one slow batch does not close the door for good', () => {
    let isSlow = false
    const world = setUp(
      [{ name: 'model', costMs: (size) => (isSlow ? 5000 : batchCostMs(size)) }],
      { '/': ['model'] },
      { timeoutMs: 300 },
    )
    const { clock } = world
    const rush = (count: number) => {
      const sent = Array.from({ length: count }, () => send(world))
      clock.advance(1)
      return sent
    }
    for (let round = 0; round < 20; round++) {
      rush(MAX_BATCH)
      clock.advance(30)
    }
    isSlow = true
    rush(MAX_BATCH)
    isSlow = false
    clock.advance(6000)
    const later: Sent[] = []
    for (let round = 0; round < 200; round++) {
      later.push(...rush(MAX_BATCH))
      clock.advance(20)
    }
    clock.advance(1000)
    const good = later.filter(({ outcome }) => outcome?.code === 'ok')
    expect(good.length / later.length).toBeGreaterThan(0.9)
  })
})

describe('a stage that several routes share', () => {
  const shared = [
    { name: 'tokenize', costMs: () => 0.2, max: 8 },
    { name: 'slow', costMs: () => 100, max: 1, capacity: 20 },
    { name: 'fast', costMs: () => 1, max: 8 },
  ]
  const routes = { '/slow': ['tokenize', 'slow'], '/fast': ['tokenize', 'fast'] }

  it('is not closed to the fast route when the slow one has filled all that comes after', () => {
    const world = setUp(shared, routes, { timeoutMs: 3000 })
    const { clock } = world
    const slow = Array.from({ length: 2000 }, () => send(world, { route: '/slow' }))
    clock.advance(50)
    const fast: Sent[] = []
    for (let round = 0; round < 100; round++) {
      fast.push(send(world, { route: '/fast' }))
      slow.push(send(world, { route: '/slow' }))
      clock.advance(10)
    }
    clock.advance(3000)
    for (const { outcome, sentMs, endedMs } of fast) {
      expect(outcome?.code).toBe('ok')
      expect(endedMs - sentMs).toBeLessThan(10)
    }
    for (const { outcome } of slow) expect(outcome).toBeDefined()
  })

  it('is shared evenly when both want all of it', () => {
    const world = setUp(
      [{ name: 'model' }],
      { '/flood': ['model'], '/calm': ['model'] },
      { timeoutMs: 60_000 },
    )
    const flood = Array.from({ length: 700 }, () => send(world, { route: '/flood' }))
    const calm = Array.from({ length: 64 }, () => send(world, { route: '/calm' }))
    world.clock.advance(6 * batchCostMs(MAX_BATCH) + 1)
    expect(calm.filter(({ outcome }) => outcome?.code === 'ok')).toHaveLength(64)
    world.clock.advance(60_000)
    for (const { outcome } of flood) expect(outcome?.code).toBe('ok')
  })
})

describe('a priority', () => {
  it('is kept across stages, and does not starve the others', () => {
    const world = setUp(
      [
        { name: 'first', costMs: () => 2, max: 4 },
        { name: 'second', costMs: () => 10, max: 1 },
      ],
      { '/': ['first', 'second'] },
      { timeoutMs: 60_000 },
    )
    const low = Array.from({ length: 20 }, () => send(world, { priority: 'low' }))
    world.clock.advance(40)
    const high = Array.from({ length: 600 }, (_, index) => {
      if (index % 2 === 0) world.clock.advance(10)
      return send(world, { priority: 'high' })
    })
    const early = high.slice(0, 50).map(({ sentMs, endedMs }) => endedMs - sentMs)
    world.clock.advance(60_000)
    const lowEndMs = Math.max(...low.map(({ endedMs }) => endedMs))
    const highEndMs = Math.max(...high.map(({ endedMs }) => endedMs))
    expect(Math.max(...early)).toBeLessThan(600)
    expect(Math.min(...low.slice(10).map(({ endedMs }) => endedMs))).toBeGreaterThan(2000)
    expect(lowEndMs).toBeLessThan(highEndMs)
    for (const { outcome } of [...low, ...high]) expect(outcome?.code).toBe('ok')
  })
})
