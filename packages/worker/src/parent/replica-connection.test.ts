import type { Link, LinkEvents, Reply } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, test } from 'vitest'
import { ReplicaConnection } from './replica-connection.ts'

const REPLY: Reply = { id: 1, code: 'ok', bytes: new Uint8Array() }
const ITEM = { id: 1, state: 3, bytes: new Uint8Array() }

function rig() {
  const clock = new FakeClock()
  const said: unknown[] = []
  const cancels: (readonly number[])[] = []
  const grants: unknown[] = []
  let events: LinkEvents | undefined
  const link: Link = {
    open: (opened) => {
      events = opened
    },
    send: (batch, budgetMs) => said.push(['send', batch.length, budgetMs]),
    close: () => said.push('link closed'),
  }
  const connection = new ReplicaConnection({
    link,
    replica: 3,
    clock,
    sendCancel: (ids) => cancels.push(ids),
    sendGrants: (granted) => grants.push(granted),
    kill: () => said.push('killed'),
  })
  const scheduler: LinkEvents = {
    replied: (replies) => said.push(['replied', replies.length]),
    closed: (reason) => said.push(`closed: ${reason}`),
  }
  return { connection, scheduler, said, cancels, grants, clock, link: () => events }
}

test('batches and replies pass through', () => {
  const { connection, scheduler, said, link } = rig()
  connection.open(scheduler)
  connection.send([ITEM, ITEM], 9)
  link()?.replied([REPLY])
  expect(said).toEqual([
    ['send', 2, 9],
    ['replied', 1],
  ])
  expect(connection.replica).toBe(3)
})

test('cancels of one turn are one message', () => {
  const { connection, scheduler, cancels, clock } = rig()
  connection.open(scheduler)
  connection.cancel(1)
  connection.cancel(2)
  expect(cancels).toEqual([])
  clock.flush()
  connection.cancel(3)
  clock.flush()
  expect(cancels).toEqual([[1, 2], [3]])
})

test('grants of one turn are one message, and none follows the end', () => {
  const { connection, scheduler, grants, clock } = rig()
  connection.open(scheduler)
  connection.grant(1, 32)
  connection.grant(2, 40)
  clock.flush()
  connection.grant(1, 32)
  connection.lost('was killed by SIGKILL')
  clock.flush()
  expect(grants).toEqual([
    [
      { id: 1, credit: 32 },
      { id: 2, credit: 40 },
    ],
  ])
})

test('the process is lost: closed is said once, whatever the link says later', async () => {
  const { connection, scheduler, said, cancels, clock, link } = rig()
  connection.open(scheduler)
  connection.cancel(1)
  connection.lost('was killed by SIGKILL')
  connection.lost('again')
  link()?.replied([REPLY])
  link()?.closed('end of file')
  connection.send([ITEM], 0)
  clock.flush()
  expect(said).toEqual(['closed: was killed by SIGKILL', 'link closed', 'link closed'])
  expect(cancels).toEqual([])
  expect(await connection.closed).toBe('was killed by SIGKILL')
})

test('the link closes first: its reason counts', async () => {
  const { connection, scheduler, said, link } = rig()
  connection.open(scheduler)
  link()?.closed('malformed frame')
  connection.lost('exited with code 1')
  expect(said).toEqual(['closed: malformed frame', 'link closed'])
  expect(await connection.closed).toBe('malformed frame')
})

test('a connection that was lost before anybody listened says so then', () => {
  const { connection, scheduler, said, link } = rig()
  expect(connection.isOpen).toBe(false)
  connection.lost('exited with code 1')
  connection.open(scheduler)
  expect(said).toEqual(['link closed', 'closed: exited with code 1'])
  expect(link()).toBeUndefined()
})

test('a scheduler that closes it ends the process', () => {
  const { connection, scheduler, said } = rig()
  connection.open(scheduler)
  connection.close()
  expect(said).toEqual(['killed', 'link closed', 'closed: closed by this side'])
})
