import { deserialize } from 'node:v8'
import { type Awaitable, type BatchItem, markLastInProcess } from '@mosec/core'
import { describe, expect, test } from 'vitest'
import { Gate, HandClock, item, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchWorker, TextWorker } from './text-workers.ts'

const ok = (text: string) => ({ code: 'ok', text })
const broken = { code: 'inference_error', text: 'inference internal error' }

/** Neither ingress nor egress. */
const between = (texts: readonly string[], firstId = 1): BatchItem[] =>
  texts.map((text, index) => item(firstId + index, text, 0))

type Way = (text: string) => Awaitable<string>

const decodesBy = (way: Way) => (bytes: Uint8Array) => way(Buffer.from(bytes).toString())
const encodesBy = (way: Way) => async (value: unknown) => Buffer.from(await way(String(value)))

const later: Way = async (text) => {
  if (text.startsWith('bad')) throw new Error('the store is away')
  return text
}

async function rigOf(ways: { readonly decode?: Way; readonly encode?: Way }, options = {}) {
  const worker = new TextBatchWorker((texts) => texts)
  worker.deserializeIpc = decodesBy(ways.decode ?? later)
  worker.serializeIpc = encodesBy(ways.encode ?? later)
  const rig = await new ReplicaRig(worker, options).ready()
  const ask = (texts: readonly string[], firstId = 1) => {
    const items = between(texts, firstId)
    rig.send(items)
    return Promise.all(items.map(({ id }) => rig.answer(id)))
  }
  return { worker, rig, ask }
}

describe('deserializeIpc that gives promises', () => {
  test('is called for the whole batch at once; a bad item fails alone', async () => {
    const gate = new Gate()
    const asked: string[] = []
    const decode: Way = async (text) => {
      asked.push(text)
      await gate.passed
      return later(text)
    }
    const { ask, rig, worker } = await rigOf({ decode })
    const answers = ask(['a', 'bad', 'c'])
    await turn()
    expect(asked).toEqual(['a', 'bad', 'c'])
    gate.open()
    expect(await answers).toEqual([ok('a'), broken, ok('c')])
    expect(worker.calls).toEqual([['a', 'c']])
    expect(rig.lines).toContainEqual({ level: 'error', message: 'TextBatchWorker.deserialize threw' })
    expect(await ask(['d'], 10)).toEqual([ok('d')])
  })

  test('is late like forward: answered once, never computed, and the next batch is', async () => {
    const clock = new HandClock()
    const gate = new Gate()
    const decode: Way = async (text) => {
      if (text === 'held') await gate.passed
      return text
    }
    const { ask, rig, worker } = await rigOf({ decode }, { clock, timeoutMs: 100 })
    const answers = ask(['held', 'b'])
    await turn()
    clock.advance(100)
    expect(await answers).toMatchObject([{ code: 'stage_timeout' }, { code: 'stage_timeout' }])
    gate.open()
    expect(await ask(['c'], 10)).toEqual([ok('c')])
    expect(worker.calls).toEqual([['c']])
    expect([rig.finals(1), rig.finals(2)].map(({ length }) => length)).toEqual([1, 1])
  })
})

describe('serializeIpc that gives promises', () => {
  test('is called for the whole batch at once; a bad value fails alone', async () => {
    const gate = new Gate()
    const asked: string[] = []
    const encode: Way = async (text) => {
      asked.push(text)
      await gate.passed
      return later(text)
    }
    const { ask, rig } = await rigOf({ decode: (text) => (text === 'e' ? 'bad' : text), encode })
    const answers = ask(['a', 'e', 'c'])
    await turn()
    expect(asked).toEqual(['a', 'bad', 'c'])
    gate.open()
    expect(await answers).toEqual([ok('a'), broken, ok('c')])
    expect(rig.lines).toContainEqual({ level: 'error', message: 'TextBatchWorker.serialize threw' })
    expect(await ask(['d'], 10)).toEqual([ok('d')])
  })

  test('is late like forward: what is there is answered in time, the rest once, and the next batch is', async () => {
    const clock = new HandClock()
    const gate = new Gate()
    const encode: Way = async (text) => {
      if (text === 'held') await gate.passed
      return text
    }
    const { ask, rig } = await rigOf({ encode }, { clock, timeoutMs: 100 })
    const answers = ask(['held', 'b'])
    await turn()
    clock.advance(100)
    expect(await answers).toMatchObject([{ code: 'stage_timeout' }, ok('b')])
    gate.open()
    expect(await ask(['c'], 10)).toEqual([ok('c')])
    expect([rig.finals(1), rig.finals(2)].map(({ length }) => length)).toEqual([1, 1])
  })

  test('a task that is cancelled meanwhile is answered as cancelled', async () => {
    const gate = new Gate()
    const encode: Way = async (text) => {
      await gate.passed
      return text
    }
    const { ask, rig } = await rigOf({ encode })
    const answers = ask(['a', 'b'])
    await turn()
    rig.cancel(1)
    gate.open()
    expect(await answers).toMatchObject([{ code: 'cancelled' }, ok('b')])
  })

  test('of a worker of single tasks', async () => {
    const worker = new TextWorker(async (text) => text)
    worker.deserializeIpc = decodesBy(later)
    worker.serializeIpc = encodesBy(later)
    const rig = await new ReplicaRig(worker).ready()
    rig.send(between(['a', 'bad', 'c']))
    expect(await Promise.all([1, 2, 3].map((id) => rig.answer(id)))).toEqual([ok('a'), broken, ok('c')])
  })

  test('is not asked for a result that goes to the server’s own process, which knows the common form only', async () => {
    const { rig, ask } = await rigOf({ encode: () => 'a form of its own' })
    rig.send([item(1, 'a', markLastInProcess(0))])
    await rig.answer(1)
    expect(deserialize(rig.finals(1)[0]?.bytes ?? new Uint8Array())).toBe('a')
    expect(await ask(['a'], 2)).toEqual([ok('a form of its own')])
  })
})
