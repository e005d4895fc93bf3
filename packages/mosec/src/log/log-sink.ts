/** Where finished lines go, and in which form: JSON as they are, or pretty for a person at a terminal. */

import { createRequire } from 'node:module'
import pino from 'pino'
import type PinoPretty from 'pino-pretty'

/** Takes one line, newline included. `process.stderr` and any `Writable` are sinks. */
export interface LogStream {
  write(line: string): unknown
  readonly isTTY?: boolean | undefined
  hasColors?(): boolean
}

/** Numbers only order the levels; the lines carry the words. */
export const levelNumbers = { debug: 20, info: 30, warning: 40, error: 50 } as const

/** Characters kept for a full disk to take later; what is beyond is dropped. */
const mostUnwritten = 1024 * 1024

/** Lines to the stream as they are; `process.stderr` is written to at once, so that nothing is lost at exit. */
export function jsonSink(stream: LogStream): LogStream {
  if (stream !== process.stderr) return stream
  const sink = pino.destination({ fd: process.stderr.fd, sync: true, maxLength: mostUnwritten })
  // Whoever read the log has left, or the disk is full: the service goes on without a log.
  sink.on('error', () => {})
  return sink
}

/** Lines made pretty on the way to `sink`, in this process and at once. */
export function prettySink(sink: LogStream, isColored: boolean): LogStream {
  const format = loadPretty().prettyFactory({
    colorize: isColored,
    customLevels: levelNumbers,
    customColors: { debug: 'blue', info: 'green', warning: 'yellow', error: 'red' },
    ignore: 'name',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  })
  // It leaves the old eight-bit controls in fields; a client's text must not steer the terminal.
  return { write: (line) => sink.write(format(line).replace(/[\u007f-\u009f]/g, '')) }
}

// Only a terminal pays for loading it.
function loadPretty(): typeof PinoPretty {
  const load = createRequire(import.meta.url)
  return load('pino-pretty')
}
