/** Server-sent events: a reader gets the text that was written, as one event, whatever is in it. */

import { deepStrictEqual } from 'node:assert/strict'
import { errorEvent, messageEvent } from '../../../packages/http/src/sse-format.ts'
import { type Target, textsAsBytes } from '../target.ts'

/** Events. */
export const events: Target = {
  name: 'events',
  maxBytes: 400,
  words: textsAsBytes([
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'data: ',
    'event: error\n',
    'id: 1\n',
    ':',
    '\0',
    '\ufeff',
    '\u2028',
  ]),
  seeds: textsAsBytes(['hello', 'two\nlines', '{"a":"b"}', '']),
  run(input) {
    // Bytes that are no UTF-8 are the worker's own affair; a reader replaces them.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input)
    const broken = text.replaceAll(/\r\n?/g, '\n')
    deepStrictEqual(read(messageEvent(input)), [{ event: 'message', data: broken }])
    const said = { code: 'inference_error', bytes: input } as const
    const data = `SSE inference error: 500: Internal Server Error: ${broken}`
    deepStrictEqual(read(errorEvent(said)), [{ event: 'error', data }])
  },
}

interface ReadEvent {
  readonly event: string
  readonly data: string
}

/** A reader of WHATWG HTML, section 9.2.6, without ids and times. */
function read(bytes: Uint8Array): ReadEvent[] {
  const found: ReadEvent[] = []
  let event = 'message'
  let data: string[] = []
  for (const line of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split(/\r\n|\r|\n/)) {
    const [name = '', value = ''] = line.split(/: ?(.*)/s)
    if (line !== '' && name === 'event') event = value
    else if (line !== '' && name === 'data') data.push(value)
    else if (line === '' && data.length > 0) {
      found.push({ event, data: data.join('\n') })
      event = 'message'
      data = []
    }
  }
  return found
}
