/** Bytes that two readers may take for different requests: refused, or read in the one right way, and nothing after. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listening } from './listen.ts'
import { RawClient } from './testing/raw-client.ts'
import { listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

const head = 'POST /inference HTTP/1.1\r\nhost: x\r\n'
const chunked = 'transfer-encoding: chunked\r\n'
/** What an attacker wants to be taken for a request of its own. */
const smuggled = 'POST /raw HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nsmuggled'
const sized = (body: string): string => `content-length: ${body.length}\r\n\r\n${body}`
const chunk = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
const abc = `\r\n${chunk('abc')}`

/** Lawful white space (RFC 9110, section 5.6.3), which Node's parser reads since llhttp 9.4 and refused before. */
const tabbed = `${head}content-length: 3\t\r\n\r\nabc`
const { llhttp = '' } = process.versions
const readsTabs = '9.4'.localeCompare(llhttp, 'en', { numeric: true }) <= 0

/** Its end cannot be told, or could be told otherwise: refused, and nothing behind it is read. */
const refused: readonly (readonly [what: string, status: number, text: string])[] = [
  ['a length and chunks', 400, `${head}content-length: 4\r\n${chunked}\r\n0\r\n\r\n`],
  ['the same length twice', 400, `${head}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`],
  ['the same length twice in one line', 400, `${head}content-length: 3, 3\r\n\r\nabc`],
  ['a length with a plus', 400, `${head}content-length: +3\r\n\r\nabc`],
  ...(readsTabs ? [] : [['a length with a tab behind it', 400, tabbed] as const]),
  ['a length of two words', 400, `${head}content-length: 3 4\r\n\r\nabc`],
  ['a length with a fraction', 400, `${head}content-length: 3.0\r\n\r\nabc`],
  ['an empty length', 400, `${head}content-length:\r\n\r\n`],
  ['a length behind a vertical tab', 400, `${head}content-length: \x0b3\r\n\r\nabc`],
  ['a length that wraps at 64 bits', 400, `${head}content-length: 18446744073709551619\r\n\r\nabc`],
  ['a space before the colon of the encoding', 400, `${head}transfer-encoding : chunked\r\n${abc}`],
  ['a space before the name of the encoding', 400, `${head} ${chunked}content-length: 3\r\n\r\nabc`],
  ['a folded first header', 400, `POST /inference HTTP/1.1\r\n ${chunked}host: x\r\n${sized('abc')}`],
  ['a folded encoding', 400, `${head}transfer-encoding:\r\n chunked\r\n${abc}`],
  ['an encoding behind a vertical tab', 400, `${head}transfer-encoding: \x0bchunked\r\n${abc}`],
  ['chunked twice', 400, `${head}${chunked}${chunked}${abc}`],
  ['chunked twice in one line', 400, `${head}transfer-encoding: chunked, chunked\r\n${abc}`],
  ['an empty encoding and a length', 400, `${head}transfer-encoding:\r\n${sized('abc')}`],
  ['chunks of HTTP/1.0', 400, `POST /inference HTTP/1.0\r\n${chunked}${abc}`],
  ['a bare carriage return in a header', 400, `${head}x-a: y\r${chunked}content-length: 3\r\n\r\nabc`],
  ['lines that end with line feeds', 400, `${head.replaceAll('\r', '')}content-length: 3\n\nabc`],
  ['a head that ends with a line feed', 400, `${head}content-length: 3\r\n\nabc`],
  ['an extension that ends with a line feed', 400, `${head}${chunked}\r\n3;a\nabc\r\n0\r\n\r\n`],
  ['a chunk size that ends with a line feed', 400, `${head}${chunked}\r\n3\nabc\r\n0\r\n\r\n`],
  ['a chunk that ends with a line feed', 400, `${head}${chunked}\r\n3\r\nabc\n0\r\n\r\n`],
  ['a last chunk that ends with line feeds', 400, `${head}${chunked}\r\n3\r\nabc\r\n0\n\n`],
  ['a chunk size with a space behind it', 400, `${head}${chunked}\r\n3 \r\nabc\r\n0\r\n\r\n`],
  ['a chunk size in C', 400, `${head}${chunked}\r\n0x3\r\nabc\r\n0\r\n\r\n`],
  ['a chunk size with a sign', 400, `${head}${chunked}\r\n+3\r\nabc\r\n0\r\n\r\n`],
  ['a chunk size that wraps at 64 bits', 400, `${head}${chunked}\r\n10000000000000003\r\nabc\r\n0\r\n\r\n`],
  ['an empty chunk size', 400, `${head}${chunked}\r\n\r\nabc\r\n0\r\n\r\n`],
  ['a length in the trailer', 400, `${head}${chunked}\r\n3\r\nabc\r\n0\r\ncontent-length: 9\r\n\r\n`],
  ['a trailer that is none', 400, `${head}${chunked}\r\n3\r\nabc\r\n0\r\nx y\r\n\r\n`],
  ['two hosts', 400, `${head}host: y\r\n${sized('abc')}`],
  ['no host', 400, `POST /inference HTTP/1.1\r\n${sized('abc')}`],
  ['a target with a space', 400, `POST /inference /x HTTP/1.1\r\nhost: x\r\n${sized('abc')}`],
  ['tabs in the first line', 400, `POST\t/inference\tHTTP/1.1\r\nhost: x\r\n${sized('abc')}`],
  ['a method in small letters', 400, `post /inference HTTP/1.1\r\nhost: x\r\n${sized('abc')}`],
  ['a version with a zero', 400, `POST /inference HTTP/01.1\r\nhost: x\r\n${sized('abc')}`],
  ['no version', 505, `GET /healthz\r\n\r\n`],
  ['an unknown encoding', 501, `${head}transfer-encoding: xchunked\r\n${abc}`],
  ['an encoding in quotes', 501, `${head}transfer-encoding: "chunked"\r\n${abc}`],
  ['an encoding under the chunks', 501, `${head}transfer-encoding: gzip, chunked\r\n${abc}`],
  ['an expectation that nobody meets', 417, `${head}expect: a miracle\r\n${sized('abc')}`],
  ['257 headers', 431, `${head}${'a:\r\n'.repeat(255)}${sized('abc')}`],
]

/** Read in one way only: what follows is the next request. */
const read: readonly (readonly [what: string, text: string])[] = [
  ['a length with zeros before it', `${head}content-length: 0003\r\n\r\nabc`],
  ...(readsTabs ? [['a length with a tab behind it', tabbed] as const] : []),
  ['chunked in capitals', `${head}TRANSFER-ENCODING: CHUNKED\r\n${abc}`],
  ['chunks with extensions', `${head}${chunked}\r\n3;a=b;c="d;\\"e"\r\nabc\r\n0;f\r\n\r\n`],
  ['a chunk size with zeros before it', `${head}${chunked}\r\n00000000000000000003\r\nabc\r\n0\r\n\r\n`],
  ['a trailer', `${head}${chunked}\r\n3\r\nabc\r\n0\r\nx-a: 1\r\n\r\n`],
  ['empty lines before it', `\r\n\r\n${head}${sized('abc')}`],
  ['a header that only looks like a length', `${head}content_length: 99\r\n${sized('abc')}`],
  ['a connection header that names the length', `${head}connection: content-length\r\n${sized('abc')}`],
  ['256 headers', `${head}${'a:\r\n'.repeat(254)}${sized('abc')}`],
]

/** A body that looks like a request stays a body, whatever is answered. */
const bodies: readonly (readonly [what: string, status: number, text: string])[] = [
  ['refused for its type', 415, `${head}content-type: text/csv\r\n${sized(smuggled)}`],
  ['refused for its method', 405, `PUT /inference HTTP/1.1\r\nhost: x\r\n${sized(smuggled)}`],
  ['refused for its path', 404, `POST /nowhere HTTP/1.1\r\nhost: x\r\n${sized(smuggled)}`],
  ['refused for its target', 414, `POST /${'a'.repeat(9000)} HTTP/1.1\r\nhost: x\r\n${sized(smuggled)}`],
  ['refused for its length', 413, `${head}${sized(smuggled.repeat(2000))}`],
  ['refused while it came', 413, `${head}${chunked}\r\n${chunk(smuggled.repeat(2000))}`],
  ['of a GET', 200, `GET /healthz HTTP/1.1\r\nhost: x\r\n${sized(smuggled)}`],
  ['of a GET in chunks', 200, `GET /healthz HTTP/1.1\r\nhost: x\r\n${chunked}\r\n${chunk(smuggled)}`],
]

describe.each(['direct', 'through Hono'])('smuggling, %s', (way) => {
  let test: TestFace
  let listening: Listening
  let client: RawClient

  beforeEach(async () => {
    test = makeTestFace()
    if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
    listening = await listenLocally(test.face)
    client = await RawClient.connect(listening.port)
  })

  afterEach(async () => {
    client.destroy()
    await stillWorks()
    await listening.close()
  })

  /** Also shows that nothing else has become a task before. */
  async function stillWorks(): Promise<void> {
    const other = await RawClient.connect(listening.port)
    other.post('/inference', 'again')
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe('again')
    task.succeed('fine')
    await other.waitFor('fine')
    other.destroy()
  }

  it.each(refused)('%s: %i, the connection ends, and nothing is a task', async (_, status, text) => {
    client.send(text + smuggled)
    const received = await client.closed()
    expect(statuses(received)).toEqual([status])
    expect(received).toContain('\r\nserver: mosec/test\r\n')
  })

  it.each(read)('%s: read, and what follows is the next request', async (_, text) => {
    client.send(text).post('/inference', 'next', 'connection: close')
    const tasks = [await test.submitter.submitted.next(), await test.submitter.submitted.next()]
    for (const task of tasks) task.succeed(`<${task.text}>`)
    const received = await client.closed()
    expect(statuses(received)).toEqual([200, 200])
    expect(received.match(/<\w+>/g)).toEqual(['<abc>', '<next>'])
  })

  it.each(bodies)('a body %s: %i, and never a request', async (_, status, text) => {
    client.send(text)
    await client.waitFor(`HTTP/1.1 ${status} `)
    // It is answered or the connection has ended; a request in the body would be a task by now.
    client.send('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const [first, ...others] = statuses(await client.closed())
    expect(first).toBe(status)
    expect([[], [200]]).toContainEqual(others)
  })

  it('garbage behind a request: the request is answered first, then the connection ends', async () => {
    client.post('/inference', 'abc').send('\0\0 garbage\r\n\r\n')
    const task = await test.submitter.submitted.next()
    client.send('more of it\r\n\r\n')
    task.succeed('done')
    expect(statuses(await client.closed())).toEqual([200, 400])
    expect(await test.answers.next()).toMatchObject({ status: 200 })
  })

  it('a request behind one that ends the connection: not read', async () => {
    client.post('/inference', 'last', 'connection: close').send(smuggled)
    ;(await test.submitter.submitted.next()).succeed('done')
    expect(statuses(await client.closed())).toEqual([200])
  })

  it('a request behind a body that was refused while it came: not read, or read where it begins', async () => {
    client.send(`${head}${chunked}\r\n${chunk(smuggled.repeat(2000))}`).post('/inference', 'next')
    await client.waitFor('HTTP/1.1 413 ')
    if (way === 'direct') {
      await client.closed()
    } else {
      // Hono's bridge reads the refused body to its end and goes on behind it.
      const task = await test.submitter.submitted.next()
      expect(task.text).toBe('next')
      task.succeed('done')
      await client.waitFor('done')
    }
    expect(statuses(client.received)).toEqual(way === 'direct' ? [413] : [413, 200])
  })

  it('a request behind an upgrade that is not made: not read', async () => {
    client.post('/inference', 'abc', 'connection: upgrade', 'upgrade: websocket').send(smuggled)
    ;(await test.submitter.submitted.next()).succeed('done')
    expect(statuses(await client.closed())).toEqual([200])
  })
})

const statuses = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1.1 (\d+) /g)].map(([, status]) => Number(status))
