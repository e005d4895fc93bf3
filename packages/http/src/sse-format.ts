/** Server-sent events as bytes (WHATWG HTML, section 9.2). */

import type { Outcome } from '@mosec/core'
import { statusOf, statusText } from './statuses.ts'

/** A comment that readers skip; it keeps proxies from closing a quiet stream. */
export const KEEP_ALIVE_COMMENT: Uint8Array = Buffer.from(':\n\n')

const MESSAGE_START = Buffer.from('event: message\ndata: ')
const EVENT_END = Buffer.from('\n\n')
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** `event: message` with this text. */
export function messageEvent(text: Uint8Array): Uint8Array {
  if (!text.includes(LINE_FEED) && !text.includes(CARRIAGE_RETURN)) {
    return Buffer.concat([MESSAGE_START, text, EVENT_END])
  }
  return eventOf('message', textOf(text))
}

/** `event: error` in Mosec's words: `SSE inference error: 422: Unprocessable Content: <body>`. */
export function errorEvent(outcome: Outcome): Uint8Array {
  const status = statusOf(outcome)
  return eventOf('error', `SSE inference error: ${status}: ${statusText(status)}: ${textOf(outcome.bytes)}`)
}

/** A line break inside the data starts another `data:` line; readers put the break back. */
function eventOf(name: string, text: string): Uint8Array {
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return Buffer.from(`event: ${name}\n${lines.join('')}\n`)
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
