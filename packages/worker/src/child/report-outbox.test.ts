import type { ReplicaReport } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, test } from 'vitest'
import { ReportOutbox } from './report-outbox.ts'

function rig() {
  const clock = new FakeClock()
  const sent: ReplicaReport[] = []
  return { clock, sent, outbox: new ReportOutbox(clock, (report) => sent.push(report)) }
}

const runtime = { runtime: 'tfjs', backend: 'wasm' }

test('sends the first at once, and then the whole at most once a second', () => {
  const { clock, sent, outbox } = rig()
  outbox.add({ runtime })
  for (let n = 0; n < 100; n += 1) outbox.add({ gauges: { tensors: n } })
  expect(sent).toEqual([{ runtime, gauges: {} }])
  clock.advance(1_000)
  expect(sent.slice(1)).toEqual([{ runtime, gauges: { tensors: 99 } }])
  outbox.add({ gauges: { tensors: 99 } })
  clock.advance(5_000)
  expect(sent).toHaveLength(2)
  outbox.add({ gauges: { bytes: 1 } })
  expect(sent.at(-1)).toEqual({ runtime, gauges: { tensors: 99, bytes: 1 } })
})

test('refuses what is no metric, and keeps what was said before', () => {
  const { clock, sent, outbox } = rig()
  outbox.add({ gauges: { tensors: 1 } })
  expect(() => outbox.add({ gauges: { 'a b': 1 } })).toThrow(
    'report: a gauge has a name of lower-case letters',
  )
  expect(() => outbox.add({ gauges: { tensors: Number.NaN } })).toThrow('got "tensors": NaN')
  expect(() => outbox.add({ runtime: { runtime: '', backend: 'x' } })).toThrow('texts of 1 to 64 characters')
  const many = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`g${n}`, n]))
  expect(() => outbox.add({ gauges: many })).toThrow('at most 32 gauges, got 33')
  outbox.add({ gauges: { tensors: 2 } })
  clock.advance(1_000)
  expect(sent).toEqual([{ gauges: { tensors: 1 } }, { gauges: { tensors: 2 } }])
})
