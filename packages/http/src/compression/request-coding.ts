/** How a request's body is encoded, from `Content-Encoding`, and the bytes that were meant. */

import { DecodingError, HttpError, type Outcome, outcomeOf } from '@mosec/core'
import { refusals } from '../refusals.ts'
import { type ContentCoding, contentCodings } from './content-coding.ts'

/** What is to be done with a body. */
export interface RequestCoding {
  /** Undefined: the bytes are as they are meant. */
  readonly coding: ContentCoding | undefined
  /** The client uses what this server does not read: 415. */
  readonly refusal: Outcome | undefined
}

const plain: RequestCoding = { coding: undefined, refusal: undefined }
const MAX_SHOWN_LENGTH = 40
/** RFC 9110, section 8.4.1.3: the old name of gzip. */
const aliases: ReadonlyMap<string, string> = new Map([['x-gzip', 'gzip']])

/** @param contentEncoding the header, or the empty string. */
export function requestCodingOf(contentEncoding: string, isCompressionOn: boolean): RequestCoding {
  if (contentEncoding === '') return plain
  const name = contentEncoding.trim().toLowerCase()
  if (name === 'identity') return plain
  const wanted = aliases.get(name) ?? name
  const coding = isCompressionOn ? contentCodings.find((known) => known.name === wanted) : undefined
  if (coding !== undefined) return { coding, refusal: undefined }
  const shown = name.slice(0, MAX_SHOWN_LENGTH)
  const text = `unsupported content encoding: got ${shown}, this server reads ${acceptedCodings(isCompressionOn)}`
  return { coding: undefined, refusal: outcomeOf(new HttpError(415, text)) }
}

/** For `Accept-Encoding` beside a 415. */
export const acceptedCodings = (isCompressionOn: boolean): string =>
  isCompressionOn ? contentCodings.map(({ name }) => name).join(', ') : 'identity'

/** The body as the client means it, or the refusal: the limit holds for what comes out. */
export async function decodeBody(
  coding: ContentCoding,
  bytes: Uint8Array,
  limitBytes: number,
): Promise<{ readonly bytes: Uint8Array } | { readonly refusal: Outcome }> {
  const decoded = await coding.decode(bytes, limitBytes)
  if (decoded === 'too large') return { refusal: refusals.tooLarge }
  if (decoded !== 'corrupt') return decoded.length === 0 ? { refusal: refusals.noData } : { bytes: decoded }
  return { refusal: outcomeOf(new DecodingError(`the body is not valid ${coding.name}`)) }
}
