import { STREAM_WINDOW, ValidationError } from '@mosec/core'
import { expect, test } from 'vitest'
import { Gate, HandClock, item, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchStreamWorker, TextStreamWorker } from './text-workers.ts'

const END = { code: 'ok', text: '' }

async function* letters(text: string): AsyncGenerator<string> {
  for (const letter of text) yield letter
}

test('each yield is an event, the end is an empty ok', async () => {
  const rig = await new ReplicaRig(new TextStreamWorker(letters)).ready()
  expect(await rig.ask(['håb'])).toEqual([END])
  expect(rig.events(1)).toEqual(['h', 'å', 'b'])
  expect(rig.finals(1)).toHaveLength(1)
})

test('an event leaves while the stream goes on', async () => {
  const gate = new Gate()
  const worker = new TextStreamWorker(async function* () {
    yield 'first'
    await gate.passed
    yield 'second'
  })
  const rig = await new ReplicaRig(worker).ready()
  rig.send([item(1, '')])
  await rig.until(() => rig.events(1).length === 1)
  expect(rig.finals(1)).toEqual([])
  gate.open()
  expect(await rig.answer(1)).toEqual(END)
  expect(rig.events(1)).toEqual(['first', 'second'])
})

test('the streams of a batch run together, and fail alone', async () => {
  const gate = new Gate()
  const worker = new TextStreamWorker(async function* (text) {
    if (text === 'slow') await gate.passed
    if (text === 'throw') throw new ValidationError('no such text')
    if (text === 'number') yield 7 as never
    yield text
  })
  const rig = await new ReplicaRig(worker).ready()
  rig.send([item(1, 'slow'), item(2, 'quick'), item(3, 'throw'), item(4, 'number'), item(5, 'bad')])
  expect(await rig.answer(2)).toEqual(END)
  expect(await rig.answer(3)).toEqual({
    code: 'validation_error',
    text: 'request validation error: no such text',
  })
  expect(await rig.answer(4)).toEqual({ code: 'inference_error', text: 'inference internal error' })
  expect(await rig.answer(5)).toMatchObject({ code: 'decoding_error' })
  expect(rig.finals(1)).toEqual([])
  gate.open()
  expect(await rig.answer(1)).toEqual(END)
})

test('a batch of streams: one call, one stream each', async () => {
  const rig = await new ReplicaRig(new TextBatchStreamWorker((texts) => texts.map(letters))).ready()
  expect(await rig.ask(['ab', 'c'])).toEqual([END, END])
  expect([rig.events(1), rig.events(2)]).toEqual([['a', 'b'], ['c']])
})

test('too few streams fail the batch, and it still works', async () => {
  const rig = await new ReplicaRig(new TextBatchStreamWorker(([text]) => [letters(text ?? '')])).ready()
  expect(await rig.ask(['a', 'b'])).toMatchObject([{ code: 'inference_error' }, { code: 'inference_error' }])
  expect(await rig.ask(['ok'], 10)).toEqual([END])
})

test('a forward that gives no stream is an error, and it still works', async () => {
  const worker = new TextStreamWorker((text) => (text === 'none' ? (7 as never) : letters(text)))
  const rig = await new ReplicaRig(worker).ready()
  expect(await rig.ask(['none'])).toMatchObject([{ code: 'inference_error' }])
  expect(await rig.ask(['ok'], 10)).toEqual([END])
})

test("a cancelled stream is told to return, so that its 'finally' runs; the others go on", async () => {
  const gate = new Gate()
  const closed: string[] = []
  const worker = new TextBatchStreamWorker((texts) =>
    texts.map(async function* (text) {
      try {
        yield text
        await gate.passed
        yield text
        yield text
      } finally {
        closed.push(text)
      }
    }),
  )
  const rig = await new ReplicaRig(worker).ready()
  const asked = rig.ask(['a', 'b'])
  await rig.until(() => rig.events(2).length === 1)
  rig.cancel(1)
  gate.open()
  expect(await asked).toEqual([{ code: 'cancelled', text: 'cancelled by the client' }, END])
  expect(rig.events(1)).toEqual(['a'])
  expect(rig.events(2)).toEqual(['b', 'b', 'b'])
  expect(closed.sort()).toEqual(['a', 'b'])
})

test('the signal of a cancelled stream is aborted', async () => {
  const worker = new TextStreamWorker(async function* (_, { signal }) {
    yield 'first'
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const rig = await new ReplicaRig(worker).ready()
  const asked = rig.ask([''])
  await rig.until(() => rig.events(1).length === 1)
  rig.cancel(1)
  expect(await asked).toMatchObject([{ code: 'cancelled' }])
  expect(rig.lines).toEqual([])
})

test('a stream past its stage timeout is answered once, and returns at its next yield', async () => {
  const clock = new HandClock()
  const gate = new Gate()
  let isClosed = false
  const worker = new TextStreamWorker(async function* (text) {
    try {
      yield text
      if (text === 'slow') await gate.passed
      yield text
    } finally {
      isClosed = true
    }
  })
  const rig = await new ReplicaRig(worker, { clock, timeoutMs: 30 }).ready()
  rig.send([item(1, 'slow')])
  await rig.until(() => rig.events(1).length === 1)
  clock.advance(30)
  expect(await rig.answer(1)).toMatchObject({ code: 'stage_timeout' })
  expect(isClosed).toBe(false)
  gate.open()
  expect(await rig.ask(['next'], 2)).toEqual([END])
  expect(isClosed).toBe(true)
  expect(rig.events(1)).toEqual(['slow'])
  expect(rig.finals(1)).toHaveLength(1)
})

test('a stream that never waits neither holds back its events nor keeps cancels out', async () => {
  const clock = new HandClock()
  let yielded = 0
  const worker = new TextStreamWorker(async function* () {
    while (yielded < 10_000) {
      clock.advance(0.5)
      yielded += 1
      yield '.'
    }
  })
  const rig = await new ReplicaRig(worker, { clock }).ready()
  rig.send([item(1, '')])
  await rig.until(() => rig.events(1).length > 0)
  await turn()
  rig.cancel(1)
  expect(await rig.answer(1)).toMatchObject({ code: 'cancelled' })
  expect(yielded).toBeLessThan(100)
})

/** Counts what a stream without end yields, and whether it was closed. */
class Endless {
  yielded = 0
  isClosed = false
  readonly #text: string

  constructor(text = '.') {
    this.#text = text
  }

  async *stream(): AsyncGenerator<string> {
    try {
      for (;;) {
        this.yielded += 1
        yield this.#text
      }
    } finally {
      this.isClosed = true
    }
  }
}

async function turns(count = 20): Promise<void> {
  for (let n = 0; n < count; n++) await turn()
}

test('a stream whose events nobody takes stops at its window, and goes on by what is granted', async () => {
  const endless = new Endless()
  const rig = await new ReplicaRig(new TextStreamWorker(() => endless.stream())).ready()
  rig.send([item(1, '')])
  await rig.until(() => rig.events(1).length === STREAM_WINDOW)
  await turns()
  expect(endless.yielded).toBe(STREAM_WINDOW)
  rig.grant(2, 32)
  rig.grant(1, 32)
  await rig.until(() => rig.events(1).length === STREAM_WINDOW + 32)
  await turns()
  expect(endless.yielded).toBe(STREAM_WINDOW + 32)
  rig.cancel(1)
  expect(await rig.answer(1)).toMatchObject({ code: 'cancelled' })
})

test('large events use up a window sooner', async () => {
  const endless = new Endless('x'.repeat(64 * 1024))
  const rig = await new ReplicaRig(new TextStreamWorker(() => endless.stream())).ready()
  rig.send([item(1, '')])
  await rig.until(() => rig.events(1).length === 4)
  await turns()
  expect(endless.yielded).toBe(4)
  rig.cancel(1)
})

test('one slow reader does not hold the other streams of its batch', async () => {
  const slow = new Endless()
  const worker = new TextBatchStreamWorker((texts) =>
    texts.map((text) => (text === 'slow' ? slow.stream() : letters(text))),
  )
  const rig = await new ReplicaRig(worker).ready()
  rig.send([item(1, 'slow'), item(2, 'a'.repeat(STREAM_WINDOW - 1)), item(3, 'b')])
  expect(await rig.answer(2)).toEqual(END)
  expect(await rig.answer(3)).toEqual(END)
  expect(rig.finals(1)).toEqual([])
  rig.cancel(1)
  expect(await rig.answer(1)).toMatchObject({ code: 'cancelled' })
  expect(slow.isClosed).toBe(true)
})

test.each([
  ['cancelled', (rig: ReplicaRig) => rig.cancel(1)],
  ['abandoned', (rig: ReplicaRig) => rig.control?.closed('the parent is gone')],
])('a stream that is held back and then %s returns at once', async (_, end) => {
  const endless = new Endless()
  const rig = await new ReplicaRig(new TextStreamWorker(() => endless.stream())).ready()
  rig.send([item(1, '')])
  await rig.until(() => rig.events(1).length === STREAM_WINDOW)
  await turns()
  end(rig)
  rig.drain()
  await rig.finished
  expect(endless).toMatchObject({ yielded: STREAM_WINDOW, isClosed: true })
})

test('a stream that is held back past its stage timeout returns at once, and the next one is computed', async () => {
  const clock = new HandClock()
  const endless = new Endless()
  const worker = new TextStreamWorker((text) => (text === 'endless' ? endless.stream() : letters(text)))
  const rig = await new ReplicaRig(worker, { clock, timeoutMs: 30 }).ready()
  rig.send([item(1, 'endless')])
  await rig.until(() => rig.events(1).length === STREAM_WINDOW)
  await turns()
  clock.advance(30)
  expect(await rig.answer(1)).toMatchObject({ code: 'stage_timeout' })
  expect(await rig.ask(['ok'], 2)).toEqual([END])
  expect(endless).toMatchObject({ yielded: STREAM_WINDOW, isClosed: true })
})

test('a grant for a stream that has ended, or never was, is passed over', async () => {
  const rig = await new ReplicaRig(new TextStreamWorker(letters)).ready()
  rig.grant(1, 32)
  expect(await rig.ask(['a'])).toEqual([END])
  rig.grant(1, 32)
  expect(await rig.ask(['b'], 2)).toEqual([END])
})
