import { describe, expect, it } from 'vitest'
import { greedy } from '../batch/greedy.ts'
import { window } from '../batch/window.ts'
import type { BatchPolicy } from '../contract/batch-policy.ts'
import { combineObservers } from '../contract/combine-observers.ts'
import { silentLogger } from '../contract/logger.ts'
import type { Observer } from '../contract/observer.ts'
import { type Outcome, outcomes } from '../contract/outcome.ts'
import type { TaskHandle } from '../contract/submit.ts'
import {
  inProcessState,
  isEgress,
  isFirst,
  isIngress,
  isLastInProcess,
  requestCodec,
  responseCodec,
} from '../contract/transport.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { HeldReplica } from '../testing/held-replica.ts'
import { Scheduler } from './scheduler.ts'

interface StageSetUp {
  readonly name: string
  readonly max?: number
  readonly policy?: BatchPolicy
  readonly capacity?: number
  readonly stageTimeoutMs?: number
}

interface SetUp {
  readonly stages?: readonly StageSetUp[]
  readonly routes?: Readonly<Record<string, readonly string[]>>
  readonly timeoutMs?: number
  readonly observer?: Observer
}

class Client {
  readonly outcomes: Outcome[] = []
  readonly events: string[] = []
  handle: TaskHandle | undefined
  isFull = false
  readonly sink = {
    settled: (outcome: Outcome) => {
      this.outcomes.push(outcome)
    },
    event: (bytes: Uint8Array) => {
      this.events.push(new TextDecoder().decode(bytes))
      return !this.isFull
    },
  }
  get text(): string {
    return this.outcomes.map(({ code, bytes }) => `${code} ${new TextDecoder().decode(bytes)}`).join('|')
  }
}

function setUp({ stages = [{ name: 'A' }], routes, timeoutMs = 3000, observer = {} }: SetUp = {}) {
  const clock = new FakeClock()
  const scheduler = new Scheduler({
    stages: stages.map(({ name, max = 1, policy = greedy, capacity = 100, stageTimeoutMs = Infinity }) => ({
      name,
      timeoutMs: stageTimeoutMs,
      policy,
      capacity,
      limits: { maxBatchSize: max, maxWaitMs: 10 },
    })),
    routes: Object.entries(routes ?? { '/': stages.map(({ name }) => name) }).map(([path, names]) => ({
      path,
      stages: names,
    })),
    timeoutMs,
    clock,
    observer: combineObservers([observer], (error) => {
      throw error
    }),
    logger: silentLogger,
  })
  const send = (text = 'x', route = '/', timeoutMs?: number) => {
    const client = new Client()
    client.handle = scheduler.submit({
      route,
      bytes: new TextEncoder().encode(text),
      requestCodec: 3,
      responseCodec: 5,
      sink: client.sink,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    return client
  }
  const attach = (stage: string, number = 1) => {
    const replica = new HeldReplica(number)
    scheduler.stage(stage).attach(replica)
    clock.flush()
    return replica
  }
  return { clock, scheduler, send, attach }
}

describe('Scheduler', () => {
  it('leads a task through its stages and says which end it is at', () => {
    const { clock, scheduler, send, attach } = setUp({
      stages: [{ name: 'A' }, { name: 'B' }, { name: 'C' }],
    })
    const replicas = ['A', 'B', 'C'].map((name) => attach(name))
    const client = send('hi')
    const states: unknown[] = []
    for (const replica of replicas) {
      clock.flush()
      const state = replica.batches[0]?.items[0]?.state ?? 0
      states.push([isIngress(state), isEgress(state), requestCodec(state), responseCodec(state)])
      replica.finish()
    }
    expect(states).toEqual([
      [true, false, 3, 5],
      [false, false, 3, 5],
      [false, true, 3, 5],
    ])
    expect(client.text).toBe('ok hi')
    expect(scheduler.remaining).toBe(0)
    clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
    expect(client.outcomes).toHaveLength(1)
  })

  it('tells a sink first that its task was admitted, and never when it was refused', () => {
    const { scheduler, attach } = setUp()
    const told: string[] = []
    const sink = { admitted: () => told.push('admitted'), settled: ({ code }: Outcome) => told.push(code) }
    const submission = { route: '/', bytes: new Uint8Array(1), requestCodec: 0, responseCodec: 0, sink }
    attach('A')
    scheduler.cancel(scheduler.submit(submission))
    expect(told).toEqual(['admitted', 'cancelled'])
    void scheduler.drain()
    scheduler.submit(submission)
    expect(told.slice(2)).toEqual(['shutting_down'])
  })

  it('marks a single stage as both ends', () => {
    const { clock, send, attach } = setUp()
    const replica = attach('A')
    send()
    clock.flush()
    const state = replica.batches[0]?.items[0]?.state ?? 0
    expect([isIngress(state), isEgress(state)]).toEqual([true, true])
  })

  it('uses no codec at either end for a caller of the same process', () => {
    const { clock, scheduler, attach } = setUp({ stages: [{ name: 'A' }, { name: 'B' }] })
    const [first, second] = [attach('A'), attach('B')]
    const sink = { settled() {} }
    scheduler.submit({
      route: '/',
      bytes: new Uint8Array([7]),
      requestCodec: 0,
      responseCodec: 0,
      isInProcess: true,
      sink,
    })
    clock.flush()
    expect(first.batches[0]?.items[0]?.state).toBe(inProcessState)
    expect([isIngress(inProcessState), isFirst(inProcessState), isFirst(0)]).toEqual([false, true, false])
    first.finish()
    clock.flush()
    const last = second.batches[0]?.items[0]?.state ?? 0
    expect([isEgress(last), isFirst(last), isLastInProcess(last)]).toEqual([false, false, true])
    expect([inProcessState, 0].map(isLastInProcess)).toEqual([false, false])
    second.finish()
    expect(scheduler.remaining).toBe(0)
  })

  it('batches what came in one turn, up to the limit', () => {
    const { clock, send, attach } = setUp({ stages: [{ name: 'A', max: 4 }] })
    const replica = attach('A')
    for (let n = 0; n < 6; n++) send(String(n))
    clock.flush()
    expect(replica.sizes).toEqual([4])
    replica.finish()
    expect(replica.sizes).toEqual([2])
  })

  it('waits as the window policy says, from the first task', () => {
    const { clock, send, attach } = setUp({ stages: [{ name: 'A', max: 4, policy: window }] })
    const replica = attach('A')
    send()
    clock.advance(6)
    send()
    clock.advance(3)
    expect(replica.sizes).toEqual([])
    clock.advance(1)
    expect(replica.sizes).toEqual([2])
    expect(replica.batches[0]?.budgetMs).toBe(2996)
  })

  it('tells an error at once and skips the later stages', () => {
    const { clock, send, attach } = setUp({ stages: [{ name: 'A' }, { name: 'B' }] })
    const [first, second] = [attach('A'), attach('B')]
    const client = send()
    clock.flush()
    first.finish(() => ({ code: 'validation_error', bytes: new TextEncoder().encode('no') }))
    clock.flush()
    expect(client.text).toBe('validation_error no')
    expect(second.sizes).toEqual([])
  })

  it('takes answers for any subset, in any order, and passes over ids it does not know or knew', () => {
    const { clock, scheduler, send, attach } = setUp({ stages: [{ name: 'A', max: 3 }] })
    const replica = attach('A')
    const clients = [send('a'), send('b'), send('c')]
    clock.flush()
    const ids = replica.batches[0]?.items.map(({ id }) => id) ?? []
    replica.answer([ids[2] ?? 0])
    replica.answer([ids[2] ?? 0, 999_999])
    expect(clients.map(({ text }) => text)).toEqual(['', '', 'ok done'])
    replica.answer([ids[1] ?? 0, ids[0] ?? 0])
    expect(clients.map(({ text }) => text)).toEqual(['ok done', 'ok done', 'ok done'])
    expect(scheduler.remaining).toBe(0)
  })

  describe('at the front door', () => {
    it('refuses what the ingress queue has no room for', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', capacity: 2 }] })
      const clients = [send(), send(), send()]
      expect(clients.map(({ text }) => text)).toEqual([
        '',
        '',
        'queue_full too many request: task queue is full',
      ])
      const replica = attach('A')
      replica.finish()
      clock.flush()
      expect(clients[0]?.text).toBe('ok x')
      expect(send().text).toBe('')
    })

    it('gives the memory of what it refuses back at once', () => {
      const { clock, scheduler, attach } = setUp({ stages: [{ name: 'A', capacity: 1 }] })
      const released: string[] = []
      const submit = (name: string) =>
        scheduler.submit({
          route: '/',
          bytes: new TextEncoder().encode(name),
          release: () => released.push(name),
          requestCodec: 0,
          responseCodec: 0,
          sink: { settled: () => released.push(`${name} settled`) },
        })
      submit('taken')
      submit('refused')
      expect(released).toEqual(['refused', 'refused settled'])
      attach('A').finish()
      clock.flush()
      expect(released.slice(2)).toEqual(['taken settled'])
    })

    it('refuses while a stage has no replica and none is about to come', () => {
      const { scheduler, send } = setUp({ stages: [{ name: 'A' }, { name: 'B' }] })
      scheduler.stage('B').isOut = true
      expect(send().outcomes).toEqual([outcomes.unavailable])
      scheduler.stage('B').isOut = false
      expect(send().text).toBe('')
    })

    it('does not know a route that was not registered', () => {
      expect(() => setUp().send('x', '/nope')).toThrow(/no route is registered for \/nope/)
    })
  })

  describe('deadlines', () => {
    it('answers a waiting task at its deadline, and never computes it', () => {
      const where: string[] = []
      const { clock, send, attach } = setUp({ observer: { expired: (_, at) => where.push(at) } })
      const client = send()
      clock.advance(2999.9)
      expect(client.text).toBe('')
      clock.advance(0.1)
      expect(client.text).toBe('timeout inference timeout')
      expect(attach('A').sizes).toEqual([])
      expect(where).toEqual(['queued'])
      expect(clock.pendingTimers).toBe(0)
    })

    it('answers a running task at its deadline, tells the replica, and drops the late result', () => {
      const { clock, scheduler, send, attach } = setUp({ stages: [{ name: 'A' }, { name: 'B' }] })
      const [replica, later] = [attach('A'), attach('B')]
      const client = send()
      clock.advance(3000)
      expect(client.text).toBe('timeout inference timeout')
      expect(replica.cancelled).toHaveLength(1)
      const next = send('next')
      replica.finish()
      expect(later.sizes).toEqual([])
      replica.finish()
      clock.flush()
      later.finish()
      expect(next.text).toBe('ok next')
      expect(client.outcomes).toHaveLength(1)
      expect(scheduler.remaining).toBe(0)
    })

    it('may be shortened by the client, never lengthened', () => {
      const { clock, send } = setUp()
      const [short, long] = [send('x', '/', 50), send('x', '/', 60_000)]
      clock.advance(50)
      expect(short.text).toBe('timeout inference timeout')
      clock.advance(2950)
      expect(long.text).toBe('timeout inference timeout')
    })

    it('uses few timers for many tasks', () => {
      const { clock, send } = setUp({ stages: [{ name: 'A', capacity: 10_000 }] })
      for (let n = 0; n < 5000; n++) send()
      expect(clock.pendingTimers).toBe(1)
    })
  })

  describe('cancelling', () => {
    it('takes a waiting task out of the queue', () => {
      const where: string[] = []
      const { clock, scheduler, send, attach } = setUp({ observer: { cancelled: (_, at) => where.push(at) } })
      const [gone, stays] = [send('gone'), send('stays')]
      if (gone.handle !== undefined) scheduler.cancel(gone.handle)
      const replica = attach('A')
      clock.flush()
      replica.finish()
      expect(gone.outcomes).toEqual([outcomes.cancelled])
      expect(stays.text).toBe('ok stays')
      expect(where).toEqual(['queued'])
    })

    it('tells the replica of a running one, once, and drops its result', () => {
      const { clock, scheduler, send, attach } = setUp()
      const replica = attach('A')
      const client = send()
      clock.flush()
      for (let n = 0; n < 2; n++) if (client.handle !== undefined) scheduler.cancel(client.handle)
      expect(replica.cancelled).toHaveLength(1)
      replica.finish()
      expect(client.outcomes).toEqual([outcomes.cancelled])
      const next = send()
      clock.flush()
      replica.finish()
      expect(next.text).toBe('ok x')
    })
  })

  describe('a dying replica', () => {
    it('gives its tasks back, and another one computes them: each suspect alone, in turns with the others', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', max: 2 }] })
      const clients = [send('a'), send('b'), send('c')]
      attach('A', 1).die()
      const other = attach('A', 2)
      const order: string[] = []
      while (other.batches.length > 0) {
        const texts = other.batches[0]?.items.map(({ bytes }) => new TextDecoder().decode(bytes)) ?? []
        order.push(texts.join(''))
        other.finish()
        clock.flush()
      }
      expect(order).toEqual(['a', 'c', 'b'])
      expect(clients.map(({ text }) => text)).toEqual(['ok a', 'ok b', 'ok c'])
    })

    it('is not given its killer a third time, and the innocents of its batch succeed', () => {
      const { clock, scheduler, send, attach } = setUp({ stages: [{ name: 'A', max: 3 }] })
      const clients = [send('good'), send('killer'), send('fine')]
      let replica = attach('A')
      expect(replica.sizes).toEqual([3])
      for (let life = 0; life < 10 && scheduler.remaining > 0; life++) {
        const held = replica.batches[0]?.items.map(({ bytes }) => new TextDecoder().decode(bytes)) ?? []
        if (held.includes('killer')) {
          replica.die()
          replica = attach('A')
        } else replica.finish()
        clock.flush()
      }
      expect(clients.map(({ text }) => text)).toEqual(['ok good', 'worker_crashed worker crashed', 'ok fine'])
    })
  })

  describe('a hanging replica', () => {
    it('is ended a grace after the deadline of its batch, and the next one goes on', () => {
      const { clock, send, attach } = setUp()
      const replica = attach('A')
      const [late, waiting] = [send('late'), send('waiting', '/')]
      clock.advance(3000)
      expect([late.text, waiting.text]).toEqual(['timeout inference timeout', 'timeout inference timeout'])
      clock.advance(999)
      expect(replica.isClosed).toBe(false)
      clock.advance(1)
      expect(replica.isClosed).toBe(true)
      const next = send('next')
      attach('A').finish()
      expect(next.text).toBe('ok next')
    })

    it('is ended a grace after the timeout of the stage, and its tasks are tried once more, alone', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', max: 2, stageTimeoutMs: 500 }] })
      const replica = attach('A')
      const clients = [send('one'), send('two')]
      clock.advance(1500)
      expect(replica.isClosed).toBe(true)
      const other = attach('A', 2)
      other.finish()
      other.finish()
      expect(clients.map(({ text }) => text)).toEqual(['ok one', 'ok two'])
    })

    it('is ended for one task: that one is late, not computed again, and who was behind it is', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', stageTimeoutMs: 500 }] })
      const replica = attach('A')
      const [slow, waiting] = [send('slow'), send('waiting')]
      clock.advance(1500)
      expect(replica.isClosed).toBe(true)
      expect(slow.text).toBe('stage_timeout mosec timeout error: forward did not end within 500 ms')
      const other = attach('A', 2)
      expect(other.sizes).toEqual([1])
      other.finish()
      expect(waiting.text).toBe('ok waiting')
    })

    it('is ended for two tasks: each is tried alone, and who is too slow again is late', () => {
      const { clock, send, attach } = setUp({
        timeoutMs: 10_000,
        stages: [{ name: 'A', max: 2, stageTimeoutMs: 500 }],
      })
      attach('A')
      const [slow, quick] = [send('slow'), send('quick')]
      clock.advance(1500)
      attach('A', 2)
      clock.advance(1500)
      expect(slow.text).toBe('stage_timeout mosec timeout error: forward did not end within 500 ms')
      attach('A', 3).finish()
      expect(quick.text).toBe('ok quick')
    })

    it('is not one that answers in time, batch after batch', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', stageTimeoutMs: 500 }] })
      const replica = attach('A')
      for (let round = 0; round < 10; round++) {
        const client = send()
        clock.advance(1400)
        replica.finish()
        expect(client.text).toBe('ok x')
      }
      expect(replica.isClosed).toBe(false)
    })

    it('is not ended at first sight: after a pause of the server its answer may wait to be read', () => {
      const { clock, send, attach } = setUp({ timeoutMs: 300 })
      const replica = attach('A')
      send()
      clock.advance(300 + 800)
      replica.finish()
      const next = send()
      clock.advance(250)
      replica.finish()
      expect(next.text).toBe('ok x')
      expect(replica.isClosed).toBe(false)
    })

    it.each(['timeout', 'stage_timeout'] as const)(
      'may be one that answered %s: others are chosen before it, until it has answered again',
      (code) => {
        const { clock, send, attach } = setUp()
        const [late, other] = [attach('A'), attach('A', 2)]
        send('too long')
        clock.flush()
        late.finish(() => ({ code, bytes: new Uint8Array() }))
        for (let n = 0; n < 3; n++) {
          send()
          clock.flush()
          expect([late.sizes, other.sizes]).toEqual([[], [1]])
          other.finish()
        }

        const clients = [send(), send()]
        clock.flush()
        expect([late.sizes, other.sizes]).toEqual([[1], [1]])
        other.finish()
        late.finish()
        expect(clients.map(({ text }) => text)).toEqual(['ok x', 'ok x'])
        // They take turns again: the one that rested longest.
        for (const sizes of [
          [[], [1]],
          [[1], []],
        ]) {
          send()
          clock.flush()
          expect([late.sizes, other.sizes]).toEqual(sizes)
          ;(late.sizes.length > 0 ? late : other).finish()
        }
      },
    )

    it('may be one that was late: it is given no batch ahead', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A', max: 2 }] })
      const replica = attach('A')
      const heldOfSix = (): number => {
        for (let n = 0; n < 6; n++) send()
        clock.flush()
        return replica.batches.length
      }
      heldOfSix()
      clock.advance(100)
      for (let n = 0; n < 3; n++) replica.finish()
      expect(heldOfSix()).toBe(2)
      const late = { code: 'timeout', bytes: new Uint8Array() } as const
      for (let n = 0; n < 3; n++) replica.finish(() => late)
      expect(heldOfSix()).toBe(1)
      replica.finish()
      expect(replica.batches).toHaveLength(2)
    })

    it('is not one that answers its batch call by call, each in its time', () => {
      const { clock, send, attach } = setUp({
        stages: [{ name: 'A', max: 4, stageTimeoutMs: 500 }],
        timeoutMs: 60_000,
      })
      const replica = attach('A')
      const clients = Array.from({ length: 4 }, () => send())
      clock.flush()
      for (const { handle } of clients) {
        clock.advance(1400)
        replica.answer([handle?.id ?? 0])
      }
      expect(clients.map(({ text }) => text)).toEqual(Array(4).fill('ok done'))
      expect(replica.isClosed).toBe(false)
      send()
      clock.advance(1600)
      expect(replica.isClosed).toBe(true)
    })
  })

  describe('back-pressure', () => {
    it('does not compute what the next stage has no room for', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A' }, { name: 'B', capacity: 2 }] })
      const first = attach('A')
      const clients = Array.from({ length: 5 }, (_, n) => send(String(n)))
      clock.flush()
      first.finish()
      first.finish()
      expect(first.sizes).toEqual([])
      const second = attach('B')
      expect(first.sizes).toEqual([1])
      for (let turn = 0; turn < 20; turn++) {
        if (first.batches.length > 0) first.finish()
        clock.flush()
        if (second.batches.length > 0) second.finish()
        clock.flush()
      }
      expect(clients.map(({ text }) => text)).toEqual(['ok 0', 'ok 1', 'ok 2', 'ok 3', 'ok 4'])
    })

    it('gives a promised place back when the task fails before it needs it', () => {
      const { clock, send, attach } = setUp({ stages: [{ name: 'A' }, { name: 'B', capacity: 1 }] })
      const first = attach('A')
      const clients = [send(), send()]
      clock.flush()
      first.fail()
      clock.flush()
      expect(first.sizes).toEqual([1])
      first.finish()
      attach('B').finish()
      expect(clients.map(({ text }) => text)).toEqual(['inference_error inference internal error', 'ok x'])
    })
  })

  it('shares a stage between routes: one batch may hold tasks of both', () => {
    const { clock, send, attach } = setUp({
      stages: [{ name: 'A' }, { name: 'S', max: 4 }],
      routes: { '/long': ['A', 'S'], '/short': ['S'] },
    })
    const [front, shared] = [attach('A'), attach('S')]
    const blocker = send('0', '/short')
    clock.flush()
    const clients = [send('1', '/long'), send('2', '/short')]
    clock.flush()
    front.finish()
    shared.finish()
    clock.flush()
    expect(shared.sizes).toEqual([2])
    shared.finish()
    expect([blocker, ...clients].map(({ text }) => text)).toEqual(['ok 0', 'ok 1', 'ok 2'])
  })

  describe('a stream', () => {
    function streaming() {
      const rig = setUp()
      const replica = rig.attach('A')
      const client = rig.send()
      rig.clock.flush()
      const id = replica.batches[0]?.items[0]?.id ?? 0
      const emit = (count: number, text = '.') => {
        for (let n = 0; n < count; n++) replica.emit(id, text)
      }
      const resume = () => {
        if (client.handle !== undefined) rig.scheduler.resume(client.handle)
      }
      return { ...rig, replica, client, emit, resume, granted: () => replica.granted.get(id) ?? 0 }
    }

    it('has its events passed on until the task ends', () => {
      const { replica, client, emit } = streaming()
      emit(1, 'one')
      emit(1, 'two')
      replica.finish()
      emit(1, 'late')
      expect(client.events).toEqual(['one', 'two'])
      expect(client.outcomes).toHaveLength(1)
    })

    it('gets its credit back in one grant for many events', () => {
      const { emit, granted } = streaming()
      emit(127)
      expect(granted()).toBe(0)
      emit(1)
      expect(granted()).toBe(128)
      emit(256)
      expect(granted()).toBe(384)
    })

    it('gets the credit of a large event at once', () => {
      const { emit, granted } = streaming()
      emit(1, 'x'.repeat(256 * 1024))
      expect(granted()).toBe(257)
    })

    it('gets no credit while its sink is full, and all of it when the sink has room', () => {
      const { client, emit, resume, granted } = streaming()
      client.isFull = true
      emit(256)
      expect(granted()).toBe(0)
      expect(client.events).toHaveLength(256)
      resume()
      expect(granted()).toBe(256)
    })

    it('needs no grant when its sink was full for a few events only', () => {
      const { client, emit, resume, granted } = streaming()
      client.isFull = true
      emit(3)
      client.isFull = false
      resume()
      expect(granted()).toBe(0)
      emit(125)
      expect(granted()).toBe(128)
    })

    it('that has ended takes no grant', () => {
      const { replica, client, emit, resume, granted } = streaming()
      client.isFull = true
      emit(256)
      replica.finish()
      resume()
      expect(granted()).toBe(0)
    })

    it('is not begun anew when its replica dies; one that has not begun is', () => {
      const retried: number[] = []
      const { clock, scheduler, send, attach } = setUp({
        stages: [{ name: 'A', max: 2 }],
        observer: { retried: ({ id }) => retried.push(id) },
      })
      const replica = attach('A')
      const [begun, waiting] = [send('begun'), send('waiting')]
      clock.flush()
      replica.emit(begun.handle?.id ?? 0, 'one')
      replica.die()
      expect(begun.events).toEqual(['one'])
      expect(begun.text).toBe('worker_crashed worker crashed')
      const other = attach('A', 2)
      other.finish()
      expect(waiting.text).toBe('ok waiting')
      expect(retried).toEqual([waiting.handle?.id])
      expect(scheduler.remaining).toBe(0)
    })

    it('ends at its deadline, and its replica is told', () => {
      const { clock, replica, client, emit } = streaming()
      emit(1)
      clock.advance(3000)
      expect(client.text).toBe('timeout inference timeout')
      expect(replica.cancelled).toHaveLength(1)
      emit(1)
      expect(client.events).toHaveLength(1)
    })
  })

  describe('draining', () => {
    it('finishes what was admitted and refuses the rest', async () => {
      const { clock, scheduler, send, attach } = setUp()
      const replica = attach('A')
      const admitted = send()
      clock.flush()
      const drained = scheduler.drain()
      expect(send().outcomes).toEqual([outcomes.shuttingDown])
      replica.finish()
      await drained
      expect(admitted.text).toBe('ok x')
      await scheduler.drain()
    })

    it('settles what is left when closed, and sets no timer any more', () => {
      const { clock, scheduler, send } = setUp()
      const client = send()
      scheduler.close()
      scheduler.close()
      expect(client.outcomes).toEqual([outcomes.shuttingDown])
      expect(clock.pendingTimers).toBe(0)
    })
  })
})
