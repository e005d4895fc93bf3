import { expect, test } from 'vitest'
import { Gate, HandClock, item, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchWorker, TextWorker } from './text-workers.ts'

const CANCELLED = { code: 'cancelled', text: 'cancelled by the client' }
const ok = (text: string) => ({ code: 'ok', text })

/** A worker that holds texts until their gate opens, and remembers what it was told. */
class HeldWorker extends TextWorker {
  readonly started: string[] = []
  readonly aborted: string[] = []
  readonly gates = new Map<string, Gate>()
  running = 0

  constructor() {
    super(async (text, { signal }) => {
      this.running += 1
      expect(this.running).toBe(1)
      this.started.push(text)
      signal.addEventListener('abort', () => this.aborted.push(text))
      await this.gates.get(text)?.passed
      this.running -= 1
      return text
    })
  }

  hold(text: string): Gate {
    const gate = new Gate()
    this.gates.set(text, gate)
    return gate
  }
}

test('outstanding batches are computed one at a time, in order', async () => {
  const worker = new HeldWorker()
  const gate = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const asked = [rig.ask(['a'], 1), rig.ask(['b'], 2), rig.ask(['c'], 3)]
  await turn()
  expect(worker.started).toEqual(['a'])
  gate.open()
  expect((await Promise.all(asked)).flat()).toEqual([ok('a'), ok('b'), ok('c')])
  expect(worker.started).toEqual(['a', 'b', 'c'])
})

test('a cancelled task that waits is never computed; one that runs is aborted; both are answered as cancelled', async () => {
  const worker = new HeldWorker()
  const gate = worker.hold('a')
  const rig = await new ReplicaRig(worker).ready()
  const asked = [rig.ask(['a'], 1), rig.ask(['b'], 2), rig.ask(['c'], 3)]
  await turn()
  rig.cancel(2)
  expect(worker.aborted).toEqual([])
  rig.cancel(1)
  expect(worker.aborted).toEqual(['a'])
  gate.open()
  expect((await Promise.all(asked)).flat()).toEqual([CANCELLED, CANCELLED, ok('c')])
  expect(worker.started).toEqual(['a', 'c'])
  expect(await rig.ask(['d'], 1)).toHaveLength(1)
})

test('a batch is aborted only when its last client has left', async () => {
  const gate = new Gate()
  let signal: AbortSignal | undefined
  const worker = new TextBatchWorker(async (texts, context) => {
    signal = context.signal
    await gate.passed
    return texts
  })
  const rig = await new ReplicaRig(worker).ready()
  const asked = rig.ask(['a', 'b', 'c'])
  await turn()
  rig.cancel(1, 2)
  expect(signal?.aborted).toBe(false)
  rig.cancel(3)
  expect(signal?.aborted).toBe(true)
  gate.open()
  expect(await asked).toEqual([CANCELLED, CANCELLED, CANCELLED])
})

test('a forward that throws since it was aborted is no error for the log', async () => {
  const worker = new TextWorker(
    (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  const rig = await new ReplicaRig(worker).ready()
  const asked = rig.ask(['a'])
  await turn()
  rig.cancel(1)
  expect(await asked).toEqual([CANCELLED])
  expect(rig.lines).toEqual([])
})

test('a call that is late is answered with the timeout; its result is dropped; the next waits for its end', async () => {
  const clock = new HandClock()
  const worker = new HeldWorker()
  const gate = worker.hold('slow')
  const rig = await new ReplicaRig(worker, { timeoutMs: 50, clock }).ready()
  const asked = rig.ask(['slow'], 1)
  const next = rig.ask(['b'], 2)
  await turn()
  clock.advance(49)
  expect(rig.replies).toEqual([])
  clock.advance(1)
  expect(await asked).toEqual([
    { code: 'stage_timeout', text: 'mosec timeout error: forward did not end within 50 ms' },
  ])
  expect(worker.aborted).toEqual(['slow'])
  await turn()
  expect(worker.started).toEqual(['slow'])

  gate.open()
  expect(await next).toEqual([ok('b')])
  expect(rig.finals(1)).toHaveLength(1)
  expect(clock.pendingTimers).toBe(0)
})

test('a call that goes on after its timeout and grace: the replica gives up', async () => {
  const clock = new HandClock()
  const worker = new HeldWorker()
  worker.hold('slow')
  const rig = await new ReplicaRig(worker, { timeoutMs: 50, hangGraceMs: 100, clock }).ready()
  rig.send([item(1, 'slow')])
  rig.send([item(2, 'b')])
  await turn()
  clock.advance(50)
  expect(rig.finals(1)).toHaveLength(1)
  clock.advance(100)
  await expect(rig.finished).rejects.toThrow('forward still runs 100 ms after its time was over')
  expect(rig.finals(2)).toEqual([])
})

test('a late call that ends within the grace is forgiven', async () => {
  const clock = new HandClock()
  const worker = new HeldWorker()
  const gate = worker.hold('slow')
  const rig = await new ReplicaRig(worker, { timeoutMs: 50, hangGraceMs: 100, clock }).ready()
  rig.send([item(1, 'slow')])
  await turn()
  clock.advance(50)
  gate.open()
  await turn()
  clock.advance(100)
  expect(await rig.ask(['b'], 2)).toEqual([ok('b')])
})

test('the deadline of the batch aborts it like the timeout, and the context names the time left', async () => {
  const clock = new HandClock()
  const seen: number[] = []
  const signals: AbortSignal[] = []
  const gate = new Gate()
  const worker = new TextWorker((text, { deadlineMs, signal }) => {
    seen.push(deadlineMs)
    signals.push(signal)
    return text === 'quick' ? text : gate.passed
  })
  const rig = await new ReplicaRig(worker, { timeoutMs: 5_000, clock }).ready()
  rig.send([item(1, 'quick')])
  await rig.answer(1)
  rig.send([item(2, 'slow')], 200)
  await turn()
  clock.advance(200)
  expect(await rig.answer(2)).toEqual({ code: 'timeout', text: 'inference timeout' })
  expect(signals[1]?.aborted).toBe(true)
  expect(seen).toEqual([Infinity, 200])
  gate.open()
})

test('a batch whose deadline passed while it waited is not computed', async () => {
  const clock = new HandClock()
  const worker = new HeldWorker()
  const gate = worker.hold('a')
  const rig = await new ReplicaRig(worker, { clock }).ready()
  rig.send([item(1, 'a')])
  rig.send([item(2, 'b')], 100)
  await turn()
  clock.advance(100)
  gate.open()
  expect(await rig.answer(2)).toEqual({ code: 'timeout', text: 'inference timeout' })
  expect(worker.started).toEqual(['a'])
})

test('the signal is made only when a worker looks at it', async () => {
  const Original = globalThis.AbortController
  let made = 0
  globalThis.AbortController = class extends Original {
    constructor() {
      super()
      made += 1
    }
  }
  try {
    const looks = (text: string, { signal }: { signal: AbortSignal }) => `${text} ${signal.aborted}`
    const rig = await new ReplicaRig(
      new TextWorker((text, context) => (text === 'look' ? looks(text, context) : text)),
    ).ready()
    await rig.ask(['a'], 1)
    expect(made).toBe(0)
    expect(await rig.ask(['look'], 2)).toEqual([ok('look false')])
    expect(made).toBe(1)
  } finally {
    globalThis.AbortController = Original
  }
})

test('many quick batches let cancels in: the last ones are cancelled before they are computed', async () => {
  const computed = new Set<number>()
  const clock = new HandClock()
  const worker = new TextWorker((text) => {
    computed.add(Number(text))
    clock.advance(0.3)
    return text
  })
  const rig = await new ReplicaRig(worker, { clock }).ready()
  for (let id = 0; id < 20; id++) rig.send([item(id, String(id))])
  setImmediate(() => rig.cancel(19))
  expect(await rig.answer(19)).toEqual(CANCELLED)
  expect(computed.has(19)).toBe(false)
  expect(computed.size).toBe(19)
  expect(rig.groups.length).toBeGreaterThan(2)
  expect(rig.groups.length).toBeLessThan(10)
})
