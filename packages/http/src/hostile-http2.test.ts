/** Frames of HTTP/2 that make work and bring nothing: the connection ends, or they are borne, and others are served. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listening } from './listen.ts'
import { RawClient } from './testing/raw-client.ts'
import { listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const DATA = 0
const HEADERS = 1
const PRIORITY = 2
const RESET = 3
const SETTINGS = 4
const PUSH_PROMISE = 5
const PING = 6
const WINDOW_UPDATE = 8
const CONTINUATION = 9
const END_STREAM = 1
const END_HEADERS = 4

interface Frame {
  readonly type: number
  readonly flags?: number
  readonly stream?: number
  readonly payload?: Buffer
}

/** RFC 9113, section 4.1. */
function frame({ type, flags = 0, stream = 0, payload = Buffer.alloc(0) }: Frame): string {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload]).toString('latin1')
}

const repeat = (times: number, of: (index: number) => Frame): string =>
  Array.from({ length: times }, (_, index) => frame(of(index))).join('')

/** The head of that frame, without its length. */
const GOAWAY = '\x07\0\0\0\0\0'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
/** `POST http://x/inference`, by the static table of HPACK (RFC 7541). */
const POST = Buffer.concat([hex('8386410178'), hex('040a'), Buffer.from('/inference')])
/** One header of 30,000 bytes, in pieces. */
const LONG_NAME = Buffer.concat([hex('40017aff81e901'), Buffer.alloc(16_000, 'z')])

/** What ends the connection, at the latest when it has been silent for as long as an idle one may be. */
const attacks: readonly (readonly [what: string, bytes: string])[] = [
  [
    'CONTINUATION without an end',
    frame({ type: HEADERS, stream: 1, payload: POST }) +
      repeat(5000, () => ({ type: CONTINUATION, stream: 1, payload: hex('00016101') })),
  ],
  [
    'empty CONTINUATION without an end',
    frame({ type: HEADERS, stream: 1, payload: POST }) +
      repeat(5000, () => ({ type: CONTINUATION, stream: 1 })),
  ],
  [
    'a head of 160,000 bytes',
    frame({ type: HEADERS, stream: 1, payload: LONG_NAME }) +
      repeat(10, () => ({ type: CONTINUATION, stream: 1, payload: Buffer.alloc(16_000, 'z') })),
  ],
  ['SETTINGS without an end', repeat(5000, () => ({ type: SETTINGS, payload: hex('000300000001') }))],
  ['PING without an end', repeat(5000, () => ({ type: PING, payload: Buffer.alloc(8) }))],
  [
    'resets of the streams it has just opened',
    repeat(2400, (index) =>
      index % 2 === 0
        ? { type: HEADERS, flags: END_HEADERS, stream: index + 1, payload: POST }
        : { type: RESET, stream: index, payload: hex('00000008') },
    ),
  ],
  ['DATA on no stream', frame({ type: DATA, stream: 0, payload: Buffer.alloc(10) })],
  ['a frame longer than agreed', frame({ type: DATA, stream: 1, payload: Buffer.alloc(20_000) })],
  [
    'a promise, which clients may not make',
    frame({ type: PUSH_PROMISE, stream: 1, payload: hex('00000002') }),
  ],
  ['a window that overflows', frame({ type: WINDOW_UPDATE, payload: hex('7fffffff') })],
  ['a window that grows by nothing', frame({ type: WINDOW_UPDATE, payload: hex('00000000') })],
  ['an even stream', frame({ type: HEADERS, flags: END_HEADERS, stream: 2, payload: POST })],
  [
    'a head that is no HPACK',
    frame({ type: HEADERS, flags: END_HEADERS, stream: 1, payload: hex('ffffffffffffffffff') }),
  ],
  ['HTTP/1.1 in the middle', 'POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx'],
]

describe.each(['direct', 'through Hono'])('hostile frames of HTTP/2, %s', (way) => {
  let test: TestFace
  let listening: Listening
  let client: RawClient

  beforeEach(async () => {
    test = makeTestFace()
    if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
    listening = await listenLocally(test.face)
    client = await RawClient.connect(listening.port)
    client.send(PREFACE + frame({ type: SETTINGS }))
  })

  afterEach(async () => {
    client.destroy()
    const other = await RawClient.connect(listening.port)
    other.post('/inference', 'again')
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe('again')
    task.succeed('fine')
    await other.waitFor('fine')
    other.destroy()
    await listening.close()
  })

  it.each(attacks)('%s: GOAWAY or the end, and nothing is a task', async (_, bytes) => {
    client.send(bytes)
    await Promise.race([client.waitFor(GOAWAY).catch(() => {}), client.closed()])
    // Nothing more is read of it.
    client.send(frame({ type: HEADERS, flags: END_HEADERS, stream: 9001, payload: POST }))
    client.send(frame({ type: DATA, flags: END_STREAM, stream: 9001, payload: Buffer.from('late') }))
    expect(test.submitter.submitted.size).toBe(0)
  })

  it('a tree of priorities and unknown frames: passed over', async () => {
    client.send(
      repeat(2000, (index) => ({ type: PRIORITY, stream: 2 * index + 3, payload: hex('0000000110') })),
    )
    client.send(repeat(500, () => ({ type: 0xbb, stream: 1, payload: Buffer.alloc(8) })))
    client.send(frame({ type: HEADERS, flags: END_HEADERS, stream: 9001, payload: POST }))
    client.send(frame({ type: DATA, flags: END_STREAM, stream: 9001, payload: Buffer.from('hello') }))
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe('hello')
    task.succeed('still here')
    await client.waitFor('still here')
  })
})
