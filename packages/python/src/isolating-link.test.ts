import type { BatchItem, Link, LinkEvents, Reply } from '@mosec/core'
import { expect, it } from 'vitest'
import { isolatingLink } from './isolating-link.ts'

const bytes = new Uint8Array()
const item = (id: number): BatchItem => ({ id, state: 0, bytes })

/** A peer as Mosec's: one frame per batch, an error for all when one item is guilty. */
function rig(guilty: readonly number[], code: Reply['code'] = 'validation_error') {
  const sent: number[][] = []
  const replied: (readonly [number, Reply['code']])[] = []
  let peer: LinkEvents | undefined
  const inner: Link = {
    open: (events) => {
      peer = events
    },
    send: (batch) => sent.push(batch.map(({ id }) => id)),
    close: () => peer?.closed('closed by this side'),
  }
  const isolated: number[] = []
  const link = isolatingLink(inner, (tasks) => isolated.push(tasks))
  const ends: string[] = []
  link.open({
    replied: (replies) => {
      for (const reply of replies) if (reply.isEvent !== true) replied.push([reply.id, reply.code])
    },
    closed: (reason) => ends.push(reason),
  })
  const answerAll = (): void => {
    for (let next = 0; next < sent.length; next++) {
      const ids = sent[next] ?? []
      const isGuilty = ids.some((id) => guilty.includes(id))
      peer?.replied(ids.map((id) => ({ id, code: isGuilty ? code : 'ok', bytes })))
    }
  }
  return { link, sent, replied, isolated, ends, answerAll, peer: () => peer }
}

it('sends a failed batch again in halves until the guilty are alone', () => {
  const { link, sent, replied, isolated, answerAll } = rig([3])
  link.send([1, 2, 3, 4, 5].map(item), 0)
  answerAll()
  expect(sent).toEqual([[1, 2, 3, 4, 5], [1, 2], [3, 4, 5], [3], [4, 5]])
  expect(new Map(replied)).toEqual(
    new Map([
      [1, 'ok'],
      [2, 'ok'],
      [3, 'validation_error'],
      [4, 'ok'],
      [5, 'ok'],
    ]),
  )
  expect(replied).toHaveLength(5)
  expect(isolated).toEqual([1])
})

it('answers every task once when all are guilty', () => {
  const ids = Array.from({ length: 16 }, (_, id) => id)
  const { link, replied, isolated, answerAll } = rig(ids, 'inference_error')
  link.send(ids.map(item), 0)
  answerAll()
  expect(replied.map(([id]) => id).sort((a, b) => a - b)).toEqual(ids)
  expect(isolated).toHaveLength(16)
})

it('tells of no task that failed by itself, without a batch', () => {
  const { link, replied, isolated, answerAll } = rig([1])
  link.send([item(1)], 0)
  answerAll()
  expect([replied, isolated]).toEqual([[[1, 'validation_error']], []])
})

it('does not run again what took too long', () => {
  const { link, sent, replied, answerAll } = rig([1], 'stage_timeout')
  link.send([1, 2].map(item), 0)
  answerAll()
  expect(sent).toHaveLength(1)
  expect(replied.map(([, code]) => code)).toEqual(['stage_timeout', 'stage_timeout'])
})

it('does not begin a stream anew', () => {
  const { link, sent, replied, peer } = rig([])
  link.send([1, 2].map(item), 0)
  peer()?.replied([{ id: 1, code: 'ok', bytes, isEvent: true }])
  peer()?.replied([1, 2].map((id) => ({ id, code: 'inference_error', bytes })))
  expect(sent).toEqual([[1, 2], [2]])
  expect(replied).toEqual([[1, 'inference_error']])
})

it('passes on answers of a few, of strangers, and the end', () => {
  const { link, replied, ends, peer } = rig([])
  link.send([1, 2].map(item), 0)
  peer()?.replied([{ id: 2, code: 'ok', bytes }])
  peer()?.replied([8, 9].map((id) => ({ id, code: 'server_error', bytes })))
  link.close()
  expect(replied.map(([id]) => id)).toEqual([2, 8, 9])
  expect(ends).toEqual(['closed by this side'])
})

it('tells, as the link that it wraps, that memory of answered tasks may be used again', () => {
  expect(rig([]).link.copiesBytes).toBe(false)
  const inner: Link = { copiesBytes: true, open() {}, send() {}, close() {} }
  expect(isolatingLink(inner, () => {}).copiesBytes).toBe(true)
})
