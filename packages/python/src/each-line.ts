/** Lines of a stream of text, as they come. */

import type { Readable } from 'node:stream'

/** A longer line is handed on in pieces. */
const LONGEST_LINE = 16 * 1024

/** Progress bars end their lines with `\r`. */
const END_OF_LINE = /\r\n|\n|\r/

/** Calls `said` with each line that is not empty, the last one also when nothing ends it. */
export function eachLine(stream: Readable | null, said: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split(END_OF_LINE)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') said(line)
    if (rest.length < LONGEST_LINE) return
    said(rest)
    rest = ''
  })
  stream?.once('end', () => {
    if (rest !== '') said(rest)
  })
  stream?.on('error', () => {})
}
