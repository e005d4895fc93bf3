/** Events, keep-alives and the end of a stream, on a fake clock. */

import { outcomes } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { beforeEach, expect, it } from 'vitest'
import { SseSink } from './sse-sink.ts'

const ok = { code: 'ok', bytes: new Uint8Array() } as const
let clock: FakeClock
let calls: string[]
let isFull: boolean

beforeEach(() => {
  clock = new FakeClock()
  calls = []
  isFull = false
})

function makeSink(wantsEvents: boolean): SseSink {
  const outlet = {
    open: () => calls.push('open'),
    write: (bytes: Uint8Array) => {
      calls.push(Buffer.from(bytes).toString())
      return !isFull
    },
    end: (status: number) => calls.push(`end ${status}`),
    answer: () => calls.push('answer'),
  }
  return new SseSink({ outlet, clock, wantsEvents })
}

it('comments after 3 s of silence, counted from the last event', () => {
  const sink = makeSink(true)
  sink.admitted()
  clock.advance(2999)
  expect(calls).toEqual(['open'])
  sink.event(Buffer.from('a'))
  clock.advance(2999)
  expect(calls).toEqual(['open', 'event: message\ndata: a\n\n'])
  clock.advance(1)
  expect(calls.slice(2)).toEqual([':\n\n'])
  clock.advance(6000)
  expect(calls.slice(2)).toEqual([':\n\n', ':\n\n', ':\n\n'])
  sink.settled(ok)
  expect(calls.at(-1)).toBe('end 200')
  expect(clock.pendingTimers).toBe(0)
})

it('says nothing before the first event to a client that did not ask for events', () => {
  const sink = makeSink(false)
  sink.admitted()
  clock.advance(10_000)
  expect(calls).toEqual([])
  sink.settled(outcomes.timeout)
  expect(calls).toEqual(['answer'])
  expect(clock.pendingTimers).toBe(0)
})

it('an empty stream is an empty 200', () => {
  makeSink(false).settled(ok)
  expect(calls).toEqual(['open', 'end 200'])
  expect(clock.pendingTimers).toBe(0)
})

it('says whether the client keeps up', () => {
  const sink = makeSink(false)
  expect(sink.event(Buffer.from('a'))).toBe(true)
  isFull = true
  expect(sink.event(Buffer.from('b'))).toBe(false)
  sink.stop()
})

it('nothing follows the end or the client leaving', () => {
  const sink = makeSink(true)
  sink.admitted()
  sink.stop()
  sink.event(Buffer.from('late'))
  sink.settled(outcomes.cancelled)
  sink.settled(ok)
  clock.advance(10_000)
  expect(calls).toEqual(['open'])
  expect(clock.pendingTimers).toBe(0)
})
