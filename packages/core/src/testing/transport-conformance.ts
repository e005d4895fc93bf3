/** What every transport must do, as tests that run under any runner. */

import assert from 'node:assert/strict'
import type { SuiteRunner } from './suite-runner.ts'
import { listenerCases } from './transport-listener-cases.ts'
import {
  type Cases,
  connectedPair,
  event,
  everyKindOfReply,
  idOf,
  isSame,
  item,
  ok,
  patternOf,
  plainItem,
  plainReply,
  type TransportFixture,
  textOf,
  worksAgain,
} from './transport-pair.ts'
import { ChannelRecorder, LinkRecorder, patience } from './transport-recorders.ts'

/**
 * Defines the tests.
 * @param factory makes a transport that no other test uses.
 * @example
 * transportConformance(async () => myFixture(), { describe, it })
 */
export function transportConformance(factory: () => Promise<TransportFixture>, runner: SuiteRunner): void {
  for (const [group, cases] of Object.entries(groups)) {
    runner.describe(group, () => {
      for (const [name, run] of Object.entries(cases)) {
        runner.it(name, async () => {
          await using fixture = await factory()
          await run(fixture)
        })
      }
    })
  }
}

const batches: Cases = {
  'carries ids, states and bytes, in order': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    const sent = [item(7, 'a', 0b11), item(0, 'b', 0xffff), item(0xffff_ffff, 'c', 0)]
    link.send(sent, 0)
    const [batch] = await channel.batchesOf(1)
    assert.deepEqual(batch?.items.map(plainItem), sent.map(plainItem))
  },
  'keeps batches apart and in order when they are sent in one turn': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    for (let id = 0; id < 20; id++) link.send([item(id), item(id + 100)], 0)
    const ids = (await channel.batchesOf(20)).map(({ items }) => items.map(idOf).join())
    assert.deepEqual(
      ids,
      [...Array(20).keys()].map((id) => `${id},${id + 100}`),
    )
  },
  'carries the time budget': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.send([item(1)], 1500)
    link.send([item(2)], 0)
    assert.deepEqual(
      (await channel.batchesOf(2)).map(({ budgetMs }) => budgetMs),
      [1500, 0],
    )
  },
  'carries an empty payload': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.send([item(1, ''), item(2, 'x'), item(3, '')], 0)
    const [batch] = await channel.batchesOf(1)
    assert.deepEqual(batch?.items.map(textOf), ['', 'x', ''])
  },
  'carries 8 MiB both ways, whole': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    const bytes = patternOf(8 * 1024 * 1024)
    link.send([{ id: 1, state: 3, bytes }, item(2, 'after')], 0)
    const [batch] = await channel.batchesOf(1)
    const [big, after] = batch?.items ?? []
    assert.ok(big !== undefined && isSame(big.bytes, bytes))
    assert.equal(after && textOf(after), 'after')
    channel.reply([{ id: 1, code: 'ok', bytes: big.bytes }, ok(2, 'after')])
    const [reply, next] = await link.repliesOf(2)
    assert.ok(reply !== undefined && isSame(reply.bytes, bytes))
    assert.equal(next && textOf(next), 'after')
  },
  'carries 2,000 items both ways, in order': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    const sent = Array.from({ length: 2000 }, (_, id) => item(id, `in ${id}`))
    link.send(sent, 0)
    assert.deepEqual((await channel.batchesOf(1))[0]?.items.map(plainItem), sent.map(plainItem))
    channel.reply(sent.map(({ id }) => ok(id, `out ${id}`)))
    const texts = (await link.repliesOf(2000)).map(textOf)
    assert.ok(texts.every((text, id) => text === `out ${id}`))
  },
  'sends nothing for nothing': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.send([], 0)
    link.send([item(1)], 0)
    assert.equal((await channel.batchesOf(1))[0]?.items.length, 1)
    channel.reply([])
    channel.reply([ok(1)])
    assert.deepEqual((await link.repliesOf(1)).map(idOf), [1])
  },
}

const replies: Cases = {
  'come for any subset, in any order, as they were given': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.send([item(1), item(2), item(3)], 0)
    link.send([item(4)], 0)
    await channel.batchesOf(2)
    channel.reply([ok(4)])
    channel.reply([ok(3), ok(1)])
    await link.repliesOf(3)
    channel.reply([ok(2)])
    assert.deepEqual((await link.repliesOf(4)).map(idOf), [4, 3, 1, 2])
  },
  'keep their code, their HTTP status and their text, side by side': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    const all = everyKindOfReply()
    channel.reply(all)
    assert.deepEqual((await link.repliesOf(all.length)).map(plainReply), all.map(plainReply))
  },
  'may be events, any number of them before the last word': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    const all = [event(1, 'a'), event(2, 'b'), event(1, 'c'), ok(1), event(2, ''), ok(2)]
    channel.reply(all.slice(0, 3))
    channel.reply(all.slice(3))
    assert.deepEqual((await link.repliesOf(6)).map(plainReply), all.map(plainReply))
  },
  'are kept until the parent opens its end, also when the replica has left meanwhile': async (fixture) => {
    const listener = await fixture.transport.listen('replica-1')
    const channel = await fixture.connect(listener.address)
    const unopened = await listener.accept(patience())
    channel.reply([ok(1, 'early')])
    channel.close()
    const link = new LinkRecorder(unopened)
    await link.closed()
    assert.deepEqual((await link.repliesOf(1)).map(textOf), ['early'])
  },
  'come the other way too: batches are kept until the replica opens its end': async (fixture) => {
    const listener = await fixture.transport.listen('replica-1')
    const unopened = await fixture.connect(listener.address)
    const link = await listener.accept(patience())
    link.send([item(1, 'early')], 0)
    link.close()
    const channel = new ChannelRecorder(unopened)
    await channel.closed()
    assert.deepEqual((await channel.batchesOf(1))[0]?.items.map(textOf), ['early'])
  },
}

const ends: Cases = {
  'the replica leaves: the parent is told once, after its last replies': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    channel.reply([ok(1), ok(2)])
    channel.close()
    channel.close()
    await link.closed()
    await channel.closed()
    assert.deepEqual(link.log, ['reply 1', 'reply 2', 'closed'])
    assert.deepEqual(channel.log, ['closed'])
  },
  'the parent leaves: the replica is told once, after its last batch': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.send([item(1)], 0)
    link.close()
    link.close()
    await channel.closed()
    await link.closed()
    assert.deepEqual(channel.log, ['batch 1', 'closed'])
    assert.deepEqual(link.log, ['closed'])
  },
  'both leave at once: each is told once': async (fixture) => {
    const { link, channel } = await connectedPair(fixture)
    link.close()
    channel.close()
    await Promise.all([link.closed(), channel.closed()])
    assert.deepEqual([link.log, channel.log], [['closed'], ['closed']])
  },
  'sending to one who left is harmless': async (fixture) => {
    const { link, channel, listener } = await connectedPair(fixture)
    channel.close()
    await link.closed()
    link.send([item(1)], 0)
    channel.reply([ok(1)])
    link.close()
    channel.close()
    await worksAgain(fixture, listener)
    assert.deepEqual([link.log, channel.log], [['closed'], ['closed']])
  },
  'a replica that died is followed by the next one': async (fixture) => {
    const { link, channel, listener } = await connectedPair(fixture)
    channel.close()
    await link.closed()
    await worksAgain(fixture, listener)
  },
}

const groups: Readonly<Record<string, Cases>> = { batches, replies, ends, listeners: listenerCases }
