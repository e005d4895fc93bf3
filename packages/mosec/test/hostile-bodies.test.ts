/** Bodies made to harm a replica, through a real server: a clear 400 or a harmless value, and the same replica after. */

import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { start } from './square-client.ts'

const MIB = 1024 * 1024
/** The largest body that the server takes. */
const LIMIT_BYTES = 10 * MIB

let program: Program
let pids: Record<string, number>

beforeAll(async () => {
  program = await start('hostile', { flags: ['--timeout', '30000'] })
  pids = await pidsNow()
})

afterAll(async () => {
  await program.stop()
})

const formats = { json: 'application/json', msgpack: 'application/msgpack' } as const
type Format = keyof typeof formats

interface Seen {
  readonly status: number
  readonly text: string
}

async function ask(path: string, format: Format, body: Uint8Array): Promise<Seen> {
  const headers = { 'content-type': formats[format], accept: 'application/json' }
  const response = await fetch(`${program.url}${path}`, { method: 'POST', headers, body: Buffer.from(body) })
  return { status: response.status, text: await response.text() }
}

async function pidsNow(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const path of ['/seen', '/passed']) {
    const { status, text } = await ask(path, 'json', Buffer.from('{"next":1}'))
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ isPolluted: false, keys: ['next'] })
    found[path] = JSON.parse(text).pid
  }
  return found
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const text = (body: string): Buffer => Buffer.from(body)

it.each<readonly [what: string, Format, Buffer, RegExp]>([
  [
    'arrays in arrays to the limit',
    'msgpack',
    Buffer.alloc(LIMIT_BYTES, 0x91),
    /more than 512 arrays and maps/,
  ],
  ['100,000 maps in maps', 'msgpack', Buffer.alloc(300_000, hex('81a161')), /more than 512 arrays and maps/],
  ['an array of 2^32 - 1', 'msgpack', hex('ddffffffff'), /an array of 4294967295 items cannot fit/],
  ['a map of 2^32 - 1', 'msgpack', hex('dfffffffff'), /a map of 4294967295 items cannot fit/],
  ['a string of 2^32 - 1', 'msgpack', hex('dbffffffff61'), /inside a string of 4294967295 bytes/],
  ['a byte string of 2^32 - 1', 'msgpack', hex('c6ffffffff61'), /inside a byte string of 4294967295/],
  ['an extension of 2^32 - 1', 'msgpack', hex('c9ffffffff72'), /extension type 114 is not known/],
  [
    'definitions of records',
    'msgpack',
    hex(`dd000003e8${'d4724091a16101'.repeat(1000)}`),
    /extension type 114/,
  ],
  ['references', 'msgpack', hex('92d669000000019091d67000000001'), /extension type 105/],
  ['a string that is no UTF-8', 'msgpack', hex('a2c328'), /is not UTF-8/],
  ['a time that is none', 'msgpack', hex('c70cff000000007fffffffffffffff'), /names no time/],
  [
    'a key __proto__',
    'msgpack',
    hex('81a95f5f70726f746f5f5f81a8706f6c6c75746564c3'),
    /"__proto__" is not accepted/,
  ],
  [
    'a tensor whose shape lies',
    'msgpack',
    hex('83a56474797065a7666c6f61743332a5736861706591cf0000010000000000a464617461c40800' + '00000000000000'),
    /shape needs/,
  ],
  ['a megabyte of open arrays', 'json', text('['.repeat(MIB)), /no valid JSON/],
  ['whole arrays in arrays', 'json', text('['.repeat(100_000) + ']'.repeat(100_000)), /more than 512 arrays/],
  [
    'objects in objects',
    'json',
    text(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    /more than 512 arrays/,
  ],
  ['a string without an end', 'json', text(`"${'\\\\'.repeat(MIB)}`), /a string is not closed/],
  ['NaN', 'json', text('[NaN]'), /a value or "\]" is expected, at position 1/],
  ['UTF-16', 'json', hex('fffe5b005d00'), /byte 0 is not UTF-8/],
])('%s as %s: 400 that says why', async (_, format, body, reason) => {
  for (const path of ['/seen', '/passed']) {
    const answer = await ask(path, format, body)
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(/^decoding error: /)
    expect(answer.text).toMatch(reason)
    expect(answer.text.length).toBeLessThan(300)
  }
  expect(await pidsNow()).toEqual(pids)
})

it.each<readonly [what: string, Format, Buffer, readonly string[]]>([
  ['a key __proto__', 'json', text('{"__proto__":{"polluted":true},"a":1}'), ['__proto__', 'a']],
  ['constructor.prototype', 'json', text('{"constructor":{"prototype":{"polluted":true}}}'), ['constructor']],
  [
    'constructor.prototype',
    'msgpack',
    hex('81ab636f6e7374727563746f7281a970726f746f7479706581a8706f6c6c75746564c3'),
    ['constructor'],
  ],
  [
    'methods of all objects',
    'json',
    text('{"toString":1,"then":2,"toJSON":3}'),
    ['toString', 'then', 'toJSON'],
  ],
  ['equal keys', 'json', text('{"a":1,"a":{"b":2}}'), ['a']],
  ['half a surrogate pair', 'json', text('{"\\ud800":"\\udc00"}'), ['\ufffd']],
  ['numbers beyond all', 'json', text(`{"a":1e999,"b":${'9'.repeat(5000)}}`), ['a', 'b']],
  ['a byte order mark', 'json', text('\ufeff{"a":1}'), ['a']],
])('%s as %s: a harmless value, in each stage', async (_, format, body, keys) => {
  for (const path of ['/seen', '/passed']) {
    const answer = await ask(path, format, body)
    expect([path, answer.status]).toEqual([path, 200])
    const seen = JSON.parse(answer.text)
    expect(seen).toMatchObject({ isPolluted: false, type: 'object' })
    expect(seen.keys.map((key: string) => key.toWellFormed())).toEqual(keys)
  }
  expect(await pidsNow()).toEqual(pids)
})

it('empty maps, a byte each: a value of many times their size, and the replica bears it', async () => {
  const body = Buffer.alloc(2 * MIB, 0x80)
  body.writeUInt8(0xdd, 0)
  body.writeUInt32BE(body.length - 5, 1)
  expect((await ask('/seen', 'msgpack', body)).status).toBe(200)
  expect((await pidsNow())['/seen']).toBe(pids['/seen'])
})
