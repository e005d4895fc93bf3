import { deserialize, serialize } from 'node:v8'
import { inProcessState, type SchemaResult, type StandardSchema } from '@mosec/core'
import { describe, expect, test } from 'vitest'
import { Gate, HandClock, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchWorker, TextWorker } from './text-workers.ts'

const ok = (text: string) => ({ code: 'ok', text })
const refused = (text: string) => ({ code: 'validation_error', text: `request validation error: ${text}` })

const schema = (
  validate: (text: string) => SchemaResult<string> | Promise<SchemaResult<string>>,
): StandardSchema<unknown, string> => ({
  '~standard': { version: 1, vendor: 'test', validate: (value) => validate(String(value)) },
})

/** Takes lower case, and gives it in brackets. */
const judge = (text: string): SchemaResult<string> =>
  /^[a-z]+$/.test(text) ? { value: `<${text}>` } : { issues: [{ message: `not ${text}`, path: ['at', 0] }] }

const lowerCase = schema((text) => {
  if (text === 'BUG') throw new TypeError('a bug in the schema')
  return judge(text)
})

describe('an input schema', () => {
  test('a bad item fails alone, with the place; forward gets what the schema gives', async () => {
    const worker = new TextBatchWorker((texts) => texts)
    worker.input = lowerCase
    const rig = await new ReplicaRig(worker).ready()
    expect(await rig.ask(['a', 'B', 'BUG', 'bad', 'c'])).toEqual([
      ok('<a>'),
      refused('input.at[0]: not B'),
      { code: 'inference_error', text: 'inference internal error' },
      { code: 'decoding_error', text: 'decoding error: bad text' },
      ok('<c>'),
    ])
    expect(worker.calls).toEqual([['<a>', '<c>']])
    expect(rig.lines).toContainEqual({ level: 'error', message: 'TextBatchWorker.validate threw' })
    expect(await rig.ask(['B'], 20)).toEqual([refused('input.at[0]: not B')])
    expect(worker.calls).toHaveLength(1)
  })

  test('a quick worker with a quick schema costs no promise: all is answered in one turn', async () => {
    const worker = new TextWorker((text) => text)
    worker.input = lowerCase
    const rig = await new ReplicaRig(worker).ready()
    await Promise.all([rig.ask(['a'], 1), rig.ask(['b'], 2), rig.ask(['B'], 3)])
    expect(rig.groups).toHaveLength(1)
  })

  test('checks values from the server’s own process, and nothing between stages', async () => {
    const worker = new TextWorker((text) => text)
    worker.input = lowerCase
    const rig = await new ReplicaRig(worker).ready()
    rig.send([
      { id: 1, state: inProcessState, bytes: serialize('UP') },
      { id: 2, state: inProcessState, bytes: serialize('low') },
      { id: 3, state: 0, bytes: serialize('UP') },
    ])
    expect(await rig.answer(1)).toEqual(refused('input.at[0]: not UP'))
    await Promise.all([rig.answer(2), rig.answer(3)])
    const values = [2, 3].map((id) => deserialize(rig.finals(id)[0]?.bytes ?? new Uint8Array()))
    expect(values).toEqual(['<low>', 'UP'])
  })

  test('one that is no schema is a bug, told and contained', async () => {
    const worker = new TextWorker((text) => text)
    worker.input = schema(() => ({}) as SchemaResult<string>)
    const rig = await new ReplicaRig(worker).ready()
    expect(await rig.ask(['a'])).toMatchObject([{ code: 'inference_error' }])
    worker.input = undefined
    expect(await rig.ask(['a'], 2)).toEqual([ok('a')])
  })
})

describe('an input schema that takes its time', () => {
  const heldRig = async (options = {}) => {
    const gate = new Gate()
    const worker = new TextBatchWorker((texts) => texts)
    worker.input = schema(async (text) => {
      if (text === 'held') await gate.passed
      return judge(text)
    })
    return { gate, worker, rig: await new ReplicaRig(worker, options).ready() }
  }

  test('is waited for, item by item', async () => {
    const { gate, rig, worker } = await heldRig()
    const asked = rig.ask(['held', 'B', 'c'])
    await turn()
    expect(worker.calls).toEqual([])
    gate.open()
    expect(await asked).toEqual([ok('<held>'), refused('input.at[0]: not B'), ok('<c>')])
  })

  test('may refuse or fail later, too', async () => {
    const worker = new TextWorker((text) => text)
    worker.input = schema(async (text) => {
      if (text === 'BUG') throw new TypeError('a bug in the schema')
      return judge(text)
    })
    const rig = await new ReplicaRig(worker).ready()
    expect(await rig.ask(['BUG'], 1)).toMatchObject([{ code: 'inference_error' }])
    expect(await rig.ask(['a'], 2)).toEqual([ok('<a>')])
  })

  test('a task that is cancelled meanwhile is not computed', async () => {
    const { gate, rig, worker } = await heldRig()
    const asked = rig.ask(['held', 'b'])
    await turn()
    rig.cancel(1)
    gate.open()
    expect(await asked).toEqual([{ code: 'cancelled', text: 'cancelled by the client' }, ok('<b>')])
    expect(worker.calls).toEqual([['<b>']])
  })

  test('is late like forward: answered once, never computed, and the next batch is', async () => {
    const clock = new HandClock()
    const { gate, rig, worker } = await heldRig({ clock, timeoutMs: 100 })
    const asked = rig.ask(['held', 'b'])
    await turn()
    clock.advance(100)
    const late = { code: 'stage_timeout', text: 'mosec timeout error: forward did not end within 100 ms' }
    expect(await asked).toEqual([late, late])
    gate.open()
    expect(await rig.ask(['c'], 10)).toEqual([ok('<c>')])
    expect(worker.calls).toEqual([['<c>']])
    expect([rig.finals(1), rig.finals(2)].map(({ length }) => length)).toEqual([1, 1])
  })
})

describe('an output schema', () => {
  const encoding = (text: string) => ({ code: 'encoding_error', text: `encoding error: ${text}` })

  test.each([
    ['at once', lowerCase],
    ['later', schema(async (text) => judge(text))],
  ])('is checked for debugging, %s, and a good result goes out as it is', async (_, output) => {
    const worker = new TextBatchWorker((texts) => texts)
    worker.output = output as StandardSchema<unknown, string>
    const rig = await new ReplicaRig(worker, { checksOutput: true }).ready()
    expect(await rig.ask(['a', 'B', 'c'])).toEqual([ok('a'), encoding('output.at[0]: not B'), ok('c')])
    expect(rig.lines).toContainEqual({
      level: 'debug',
      message: 'TextBatchWorker.forward: encoding error: output.at[0]: not B',
    })
  })

  test('of a single worker, asynchronous too; errors pass', async () => {
    const worker = new TextWorker(async (text) => (text === 'E' ? new TypeError('secret') : text))
    worker.output = lowerCase
    const rig = await new ReplicaRig(worker, { checksOutput: true }).ready()
    expect(await rig.ask(['a', 'B', 'E', 'BUG'])).toEqual([
      ok('a'),
      encoding('output.at[0]: not B'),
      { code: 'inference_error', text: 'inference internal error' },
      { code: 'inference_error', text: 'inference internal error' },
    ])
    expect(await rig.ask(['a'], 10)).toEqual([ok('a')])
  })

  test('is not looked at otherwise', async () => {
    const worker = new TextWorker((text) => text)
    worker.output = lowerCase
    const rig = await new ReplicaRig(worker).ready()
    expect(await rig.ask(['B'])).toEqual([ok('B')])
  })
})
