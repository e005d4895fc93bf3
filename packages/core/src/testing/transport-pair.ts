/** A connected pair and sample items: what the transport suite is written with. */

import assert from 'node:assert/strict'
import type { BatchItem, Channel, Listener, Reply, Transport } from '../contract/transport.ts'
import { ChannelRecorder, LinkRecorder, patience } from './transport-recorders.ts'

/** A fresh transport for one test, and how a replica reaches it. */
export interface TransportFixture extends AsyncDisposable {
  readonly transport: Transport
  connect(address: string): Promise<Channel>
}

/** Tests by name. */
export type Cases = Readonly<Record<string, (fixture: TransportFixture) => Promise<void>>>

/** A listener, a link and a channel that are connected and open. */
export interface Pair {
  readonly listener: Listener
  readonly link: LinkRecorder
  readonly channel: ChannelRecorder
}

/** A listener for one replica, which is there. */
export async function connectedPair(fixture: TransportFixture): Promise<Pair> {
  return await connectOver(fixture, await fixture.transport.listen('replica-1'))
}

async function connectOver(fixture: TransportFixture, listener: Listener): Promise<Pair> {
  const channel = new ChannelRecorder(await fixture.connect(listener.address))
  const link = new LinkRecorder(await listener.accept(patience()))
  return { listener, link, channel }
}

/** The end of every test of a failure: the next replica is served as if nothing had been. */
export async function worksAgain(fixture: TransportFixture, listener: Listener): Promise<void> {
  const { link, channel } = await connectOver(fixture, listener)
  link.send([item(1, 'again')], 0)
  const [batch] = await channel.batchesOf(1)
  assert.deepEqual(batch?.items.map(textOf), ['again'])
  channel.reply([ok(1, 'and back')])
  assert.deepEqual((await link.repliesOf(1)).map(textOf), ['and back'])
}

/** One of each kind that a transport must tell apart, with successes between them. */
export function everyKindOfReply(): Reply[] {
  const bytes = encode('why')
  return [
    ok(1, 'first'),
    { id: 2, code: 'bad_request', bytes },
    { id: 3, code: 'validation_error', bytes },
    ok(4, 'between'),
    { id: 5, code: 'stage_timeout', bytes },
    { id: 6, code: 'inference_error', bytes },
    ...[400, 401, 404, 429, 499, 500, 503, 599].map(httpError),
    ok(7, 'last'),
  ]
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = ({ bytes }: { readonly bytes: Uint8Array }): string => new TextDecoder().decode(bytes)
export const idOf = ({ id }: { readonly id: number }): number => id
export const item = (id: number, text = 'x', state = 1): BatchItem => ({ id, state, bytes: encode(text) })
export const ok = (id: number, text = 'x'): Reply => ({ id, code: 'ok', bytes: encode(text) })
export const event = (id: number, text: string): Reply => ({ ...ok(id, text), isEvent: true })
const httpError = (httpStatus: number): Reply => ({
  id: httpStatus,
  code: 'http_error',
  httpStatus,
  bytes: encode(`status ${httpStatus}`),
})

/** What a test compares: transports may hand out Buffers, and replies with or without absent properties. */
export const plainItem = ({ id, state, bytes }: BatchItem): unknown => ({
  id,
  state,
  text: textOf({ bytes }),
})
export const plainReply = ({ id, code, httpStatus, isEvent = false, bytes }: Reply): unknown => ({
  id,
  code,
  httpStatus,
  isEvent,
  text: textOf({ bytes }),
})

/** Bytes that no shift or gap leaves the same; 251 is a prime. */
export function patternOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = at % 251
  return bytes
}

export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}
