/** Regression: a cancel that came before its batch was lost, and the replica computed for nobody. */

import { expect, test } from 'vitest'
import { HandClock, item, ReplicaRig } from './replica-rig.ts'
import { TextBatchWorker } from './text-workers.ts'

const CANCELLED = { code: 'cancelled', text: 'cancelled by the client' }
const upper = (text: string) => ({ code: 'ok', text: text.toUpperCase() })

test('a cancel that overtakes its batch holds: the others of the batch are computed', async () => {
  const worker = new TextBatchWorker()
  const rig = await new ReplicaRig(worker).ready()
  rig.cancel(2, 7)
  expect(await rig.ask(['a', 'b', 'c'])).toEqual([upper('a'), CANCELLED, upper('c')])
  expect(worker.calls).toEqual([['a', 'c']])
  rig.send([item(7, 'd')])
  expect(await rig.answer(7)).toEqual(CANCELLED)
  expect(worker.calls).toHaveLength(1)
})

test('it holds once, and also while another batch runs', async () => {
  const rig = await new ReplicaRig(new TextBatchWorker(async (texts) => texts)).ready()
  rig.send([item(1, 'a')])
  rig.cancel(2)
  rig.send([item(2, 'b')])
  expect([await rig.answer(1), await rig.answer(2)]).toEqual([{ code: 'ok', text: 'a' }, CANCELLED])
  rig.send([item(2, 'b')])
  await rig.until(() => rig.finals(2).length === 2)
  expect(rig.finals(2).map(({ code }) => code)).toEqual(['cancelled', 'ok'])
})

test('a cancel of a task that was answered before is forgotten, since its id may come again one day', async () => {
  const clock = new HandClock()
  const rig = await new ReplicaRig(new TextBatchWorker(), { clock }).ready()
  await rig.ask(['a'], 1)
  rig.cancel(1, 2)
  clock.advance(9_999)
  rig.cancel(3)
  clock.advance(1)
  rig.send([item(1, 'a'), item(2, 'b'), item(3, 'c')])
  await rig.until(() => rig.finals(3).length === 1)
  expect(rig.finals(1).map(({ code }) => code)).toEqual(['ok', 'ok'])
  expect([await rig.answer(2), await rig.answer(3)]).toEqual([upper('b'), CANCELLED])
})
