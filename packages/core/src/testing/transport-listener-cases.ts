/** The cases of the transport suite that are about listening and accepting. */

import assert from 'node:assert/strict'
import { type Cases, connectedPair, item, ok, textOf, worksAgain } from './transport-pair.ts'
import { LinkRecorder, patience } from './transport-recorders.ts'

/** Named after what must hold. */
export const listenerCases: Cases = {
  'accept takes the replicas in the order of their coming, early or late': async (fixture) => {
    const listener = await fixture.transport.listen('replica-1')
    const late = Promise.all([listener.accept(patience()), listener.accept(patience())])
    const greet = async (text: string) => (await fixture.connect(listener.address)).reply([ok(1, text)])
    await greet('a')
    await greet('b')
    const links = [...(await late)]
    await greet('c')
    links.push(await listener.accept(patience()))
    const greetings = links.map(async (link) => (await new LinkRecorder(link).repliesOf(1)).map(textOf))
    assert.deepEqual(await Promise.all(greetings), [['a'], ['b'], ['c']])
  },
  'accept gives up with the reason of its signal, and works again': async (fixture) => {
    const listener = await fixture.transport.listen('replica-1')
    const reason = new Error('enough')
    const controller = new AbortController()
    const waiting = listener.accept(controller.signal)
    controller.abort(reason)
    await assert.rejects(waiting, reason)
    await assert.rejects(listener.accept(controller.signal), reason)
    await worksAgain(fixture, listener)
  },
  'a disposed listener lets nobody in, and its links go on': async (fixture) => {
    const { link, channel, listener } = await connectedPair(fixture)
    const waiting = assert.rejects(listener.accept(patience()))
    await listener[Symbol.asyncDispose]()
    await listener[Symbol.asyncDispose]()
    await waiting
    await assert.rejects(async () => await fixture.connect(listener.address))
    link.send([item(1)], 0)
    await channel.batchesOf(1)
    await worksAgain(fixture, await fixture.transport.listen('replica-1'))
  },
  'two names are two addresses, one name is taken once': async (fixture) => {
    const first = await fixture.transport.listen('stage_1.a-1')
    const second = await fixture.transport.listen('stage_1.a-2')
    assert.notEqual(first.address, second.address)
    await assert.rejects(fixture.transport.listen('stage_1.a-1'))
    await worksAgain(fixture, second)
    await worksAgain(fixture, first)
  },
  'a disposed transport ends all its links and listens no more': async (fixture) => {
    const { link, channel, listener } = await connectedPair(fixture)
    await fixture.transport[Symbol.asyncDispose]()
    await fixture.transport[Symbol.asyncDispose]()
    await Promise.all([link.closed(), channel.closed()])
    await assert.rejects(listener.accept(patience()))
    await assert.rejects(fixture.transport.listen('replica-2'))
  },
}
