/** Which answers are compressed, and with what, from `Accept-Encoding`. */

import Negotiator from 'negotiator'
import type { Answer } from '../answer.ts'
import { type ContentCoding, contentCodings } from './content-coding.ts'

/** Below this, a packet is a packet: compressing costs time and saves none. */
const MIN_BYTES = 1024
/** Compressed already, or read piece by piece as they come. */
const INCOMPRESSIBLE =
  /^(?:image\/(?!svg)|video\/|audio\/|font\/woff|text\/event-stream|application\/(?:zip|gzip|zstd|pdf|x-7z|grpc))/

const names = [...contentCodings.map(({ name }) => name), 'identity']

/** The types of the package do not know its second argument, which breaks ties. */
interface EncodingNegotiator {
  encodings(available: string[], options: { readonly preferred: readonly string[] }): string[]
}

/** The answer as it goes out; undefined when it goes as it is, which is known at once. */
export function encodeAnswer(answer: Answer, acceptEncoding: string): Promise<Answer> | undefined {
  const mimeType = headerOf(answer, 'content-type')
  if (mimeType === undefined || INCOMPRESSIBLE.test(mimeType)) return undefined
  addVary(answer)
  if (answer.body.byteLength < MIN_BYTES || acceptEncoding === '') return undefined
  const coding = chooseCoding(acceptEncoding)
  return coding === undefined ? undefined : encode(answer, coding)
}

/** In one header: HTTP/2 is given one of each name. */
function addVary({ headers }: Answer): void {
  const at = headers.indexOf('vary')
  if (at < 0) headers.push('vary', 'accept-encoding')
  else headers[at + 1] += ', accept-encoding'
}

/** What the client likes best; among equals zstd, gzip, nothing. */
function chooseCoding(acceptEncoding: string): ContentCoding | undefined {
  const negotiator: EncodingNegotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } })
  const [chosen] = negotiator.encodings(names, { preferred: names })
  return contentCodings.find(({ name }) => name === chosen)
}

async function encode(answer: Answer, coding: ContentCoding): Promise<Answer> {
  // An answer that cannot be compressed (no memory, say) still is one.
  const body = await coding.encode(answer.body).catch(() => answer.body)
  if (body.byteLength >= answer.body.byteLength) return answer
  const headers = withHeader(answer.headers, 'content-length', String(body.byteLength))
  headers.push('content-encoding', coding.name)
  return { status: answer.status, headers, body }
}

/** Headers are names and values in turn. */
function headerOf({ headers }: Answer, name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text === name)
  return at < 0 ? undefined : headers[at + 1]
}

function withHeader(headers: readonly string[], name: string, value: string): string[] {
  return headers.map((text, index) => (index % 2 === 1 && headers[index - 1] === name ? value : text))
}
