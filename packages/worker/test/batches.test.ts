import { deserialize, serialize } from 'node:v8'
import { HttpError, packState, ValidationError } from '@mosec/core'
import { expect, test } from 'vitest'
import { HandClock, item, ReplicaRig } from './replica-rig.ts'
import { TextBatchWorker, TextWorker } from './text-workers.ts'

const INTERNAL = { code: 'inference_error', text: 'inference internal error' }
const upper = (text: string) => ({ code: 'ok', text: text.toUpperCase() })

test('a single worker computes one item, and a batch item by item', async () => {
  const rig = await new ReplicaRig(new TextWorker()).ready()
  expect(await rig.ask(['a'])).toEqual([upper('a')])
  expect(await rig.ask(['b', 'c', 'd'], 10)).toEqual([upper('b'), upper('c'), upper('d')])
})

test('an asynchronous single worker does the same, in order', async () => {
  const rig = await new ReplicaRig(new TextWorker(async (text) => text.toUpperCase())).ready()
  expect(await rig.ask(['b', 'c', 'd'], 10)).toEqual([upper('b'), upper('c'), upper('d')])
  expect(rig.replies.map(({ id }) => id)).toEqual([10, 11, 12])
})

test('a batch is one call and one reply group', async () => {
  const worker = new TextBatchWorker()
  const rig = await new ReplicaRig(worker).ready()
  expect(await rig.ask(['a', 'b', 'c'])).toEqual([upper('a'), upper('b'), upper('c')])
  expect(worker.calls).toEqual([['a', 'b', 'c']])
  expect(rig.groups).toHaveLength(1)
})

test('one-item batches of one turn are answered in one go', async () => {
  // A turn ends after a millisecond, which is nothing on a busy machine: here time stands still.
  const rig = await new ReplicaRig(new TextWorker((text) => text), { clock: new HandClock() }).ready()
  const asked = ['a', 'b', 'c', 'd'].map((text, index) => rig.ask([text], index + 1))
  await Promise.all(asked)
  expect(rig.groups).toHaveLength(1)
})

test('bytes go by codec at the ends and by structured clone between stages', async () => {
  const worker = new TextWorker(() => ({ tensor: new Float32Array([1, 2]) }))
  const rig = await new ReplicaRig(worker).ready()
  const ingress = packState({ isIngress: true, isEgress: false, requestCodec: 0, responseCodec: 0 })
  rig.send([item(1, 'x', ingress)])
  await rig.answer(1)
  const [reply] = rig.finals(1)
  expect(deserialize(reply?.bytes ?? new Uint8Array())).toEqual({ tensor: new Float32Array([1, 2]) })

  const middle = await new ReplicaRig(new TextWorker((value) => typeof value)).ready()
  middle.send([{ id: 1, state: 0b10, bytes: serialize({ a: 1 }) }])
  expect(await middle.answer(1)).toEqual({ code: 'ok', text: 'object' })
})

test('the codec index of the state chooses the codec', async () => {
  class Two extends TextWorker {
    override deserialize(_bytes: Uint8Array, codec?: number): unknown {
      return codec
    }
    override serialize(value: unknown, codec?: number): Uint8Array {
      return new TextEncoder().encode(`${String(value)} ${codec}`)
    }
  }
  const rig = await new ReplicaRig(new Two((codec) => codec)).ready()
  rig.send([item(1, '', packState({ isIngress: true, isEgress: true, requestCodec: 3, responseCodec: 5 }))])
  expect(await rig.answer(1)).toEqual({ code: 'ok', text: '3 5' })
})

test('an item that does not decode fails alone, and a bug in decoding stays inside', async () => {
  const worker = new TextBatchWorker()
  const rig = await new ReplicaRig(worker).ready()
  expect(await rig.ask(['a', 'bad', 'bug', 'b'])).toEqual([
    upper('a'),
    { code: 'decoding_error', text: 'decoding error: bad text' },
    INTERNAL,
    upper('b'),
  ])
  expect(worker.calls).toEqual([['a', 'b']])
  expect(rig.lines).toContainEqual({ level: 'error', message: 'TextBatchWorker.deserialize threw' })
  expect(await rig.ask(['bad'], 20)).toEqual([{ code: 'decoding_error', text: 'decoding error: bad text' }])
  expect(worker.calls).toHaveLength(1)
})

test('a hostile item: IPC bytes that are none fail alone', async () => {
  const rig = await new ReplicaRig(new TextBatchWorker()).ready()
  rig.send([{ id: 1, state: 0b10, bytes: new Uint8Array([0xde, 0xad]) }, item(2, 'a')])
  expect(await rig.answer(1)).toMatchObject({ code: 'decoding_error' })
  expect(await rig.answer(2)).toEqual(upper('a'))
})

test('a result that does not encode fails alone', async () => {
  const rig = await new ReplicaRig(new TextBatchWorker((texts) => [texts[0], 7, texts[2]])).ready()
  expect(await rig.ask(['a', 'b', 'c'])).toEqual([
    { code: 'ok', text: 'a' },
    { code: 'encoding_error', text: 'encoding error: expected a string, got number' },
    { code: 'ok', text: 'c' },
  ])
})

test('a returned Error fails alone; one that is not for clients stays inside', async () => {
  const results = [
    new ValidationError('too long'),
    new TypeError('secret'),
    new HttpError(404, 'no such image'),
  ]
  const rig = await new ReplicaRig(new TextBatchWorker((texts) => [texts[0], ...results])).ready()
  expect(await rig.ask(['a', 'b', 'c', 'd'])).toEqual([
    { code: 'ok', text: 'a' },
    { code: 'validation_error', text: 'request validation error: too long' },
    INTERNAL,
    { code: 'http_error', text: 'no such image' },
  ])
  expect(rig.finals(4)[0]?.httpStatus).toBe(404)
})

test('a worker without a codec tells the log, not the client', async () => {
  const worker = new TextWorker()
  worker.codecs = []
  const rig = await new ReplicaRig(worker).ready()
  expect(await rig.ask(['a'])).toEqual([INTERNAL])
})

test.each([
  ['too few', () => ['x'], '1 results'],
  ['too many', () => ['x', 'y', 'z'], '3 results'],
  ['none', () => undefined as never, 'undefined'],
])('%s results: the batch fails, the log has both numbers, and it still works', async (_, compute, got) => {
  const worker = new TextBatchWorker((texts) => (texts.includes('odd') ? compute() : texts))
  const rig = await new ReplicaRig(worker).ready()
  expect(await rig.ask(['odd', 'b'])).toEqual([INTERNAL, INTERNAL])
  const [line] = rig.lines.filter(({ level }) => level === 'error')
  expect(line?.message).toContain(`got 2 inputs and returned ${got}`)
  expect(await rig.ask(['a', 'b'], 10)).toEqual([
    { code: 'ok', text: 'a' },
    { code: 'ok', text: 'b' },
  ])
})

const guilty = (texts: string[]): string[] => {
  const found = texts.find((text) => text.startsWith('!'))
  if (found === '!client') throw new ValidationError('not this')
  if (found !== undefined) throw new Error('boom')
  return texts.map((text) => text.toUpperCase())
}

test.each([
  ['synchronous', guilty],
  ['asynchronous', async (texts: string[]) => guilty(texts)],
])('a %s throw blames only the guilty', async (_, compute) => {
  const rig = await new ReplicaRig(new TextBatchWorker(compute)).ready()
  expect(await rig.ask(['a', '!client', 'b', 'c', '!', 'd', 'e'])).toEqual([
    upper('a'),
    { code: 'validation_error', text: 'request validation error: not this' },
    upper('b'),
    upper('c'),
    INTERNAL,
    upper('d'),
    upper('e'),
  ])
  expect(await rig.ask(['a'], 20)).toEqual([upper('a')])
})

test('inputs that forward spoilt before it threw are decoded anew', async () => {
  const rig = await new ReplicaRig(
    new TextBatchWorker((texts) => {
      const all = texts.splice(0)
      return guilty(all)
    }),
  ).ready()
  expect(await rig.ask(['a', '!', 'b'])).toEqual([upper('a'), INTERNAL, upper('b')])
})

test("onBatchError 'fail' fails the whole batch in one call", async () => {
  const worker = new TextBatchWorker(guilty)
  const rig = await new ReplicaRig(worker, { onBatchError: 'fail' }).ready()
  expect(await rig.ask(['a', '!', 'b'])).toEqual([INTERNAL, INTERNAL, INTERNAL])
  expect(worker.calls).toHaveLength(1)
  expect(await rig.ask(['a'], 20)).toEqual([upper('a')])
})

test('a single worker that throws fails that item only', async () => {
  const rig = await new ReplicaRig(new TextWorker((text) => guilty([text])[0])).ready()
  expect(await rig.ask(['a', '!', 'b'])).toEqual([upper('a'), INTERNAL, upper('b')])
})

test('the parent is told how many failed alone, and of none that was alone from the start', async () => {
  const worker = new TextBatchWorker((texts) => {
    if (texts.some((text) => text.startsWith('bad'))) throw new Error('no')
    return texts
  })
  const rig = await new ReplicaRig(worker).ready()
  const isolated = (): number[] =>
    rig.messages.flatMap((message) => (message.type === 'mosec:isolated' ? [message.tasks] : []))
  await rig.ask(['bad'], 1)
  await rig.ask(['a', 'bad 1', 'b', 'c', 'bad 2'], 10)
  await rig.until(() => isolated().length > 0)
  expect(isolated()).toEqual([2])
  await rig.ask(['d'], 20)
  expect(isolated()).toEqual([2])
})
