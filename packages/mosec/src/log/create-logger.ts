/** The real logger: pretty on a terminal, JSON lines elsewhere, written at once. */

import type { LogFields, Logger } from '@mosec/core'
import pino from 'pino'
import type { LogLevel } from '../config/index.ts'
import { plainFields } from './log-fields.ts'
import { jsonSink, type LogStream, levelNumbers, prettySink } from './log-sink.ts'

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Least severe message that is written. */
  readonly level: LogLevel
  /** `process.stderr` if not given. */
  readonly stream?: LogStream
  /** Pretty instead of JSON; whether the stream is a terminal if not given. */
  readonly isTerminal?: boolean
}

/** A logger that can carry fields along. */
export interface ServerLogger extends Logger {
  /** The same log with fields on every line: `{ stage, replica }`. A line's own field wins over one of these. */
  child(fields: LogFields): ServerLogger
}

// Fields come in layers, outermost first, and are merged only where a throw is caught.
type Layers = readonly (LogFields | undefined)[]
type Write = (level: LogLevel, message: string, layers: Layers) => void

const unwritten = (): void => {}

/**
 * Logs to a stream. A line has `time` (ISO), `level` (the word), `name` (`mosec`), `msg` and the fields; errors in
 * fields are told with message, code and causes, and with the stack at level `debug`. Never throws.
 */
export function createLogger(options: LoggerOptions): ServerLogger {
  return bind(writer(options), options.level, [])
}

function bind(write: Write, least: LogLevel, layers: Layers): ServerLogger {
  // A level that is not written costs a call of an empty function.
  const method = (level: LogLevel): Logger['info'] =>
    levelNumbers[level] < levelNumbers[least]
      ? unwritten
      : (message, fields) => write(level, message, [...layers, fields])
  return {
    debug: method('debug'),
    info: method('info'),
    warning: method('warning'),
    error: method('error'),
    child: (fields) => bind(write, least, [...layers, fields]),
  }
}

function writer(options: LoggerOptions): Write {
  const lines = pinoTo(sinkFor(options), options.level)
  const isStackShown = options.level === 'debug'
  return (level, message, layers) => {
    try {
      lines[level](plainFields(layers, { isStackShown }), String(message))
    } catch {
      writeBare(() => lines[level]({ fields: 'unreadable' }, String(message)))
    }
  }
}

function sinkFor({ stream = process.stderr, isTerminal = stream.isTTY === true }: LoggerOptions): LogStream {
  const sink = jsonSink(stream)
  return isTerminal ? prettySink(sink, stream.hasColors?.() ?? true) : sink
}

function pinoTo(sink: LogStream, level: LogLevel): pino.Logger<LogLevel, true> {
  return pino<LogLevel, true>(
    {
      level,
      customLevels: levelNumbers,
      useOnlyCustomLevels: true,
      base: { name: 'mosec' },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors arrive plain; pino's own way with `err` would add stacks again.
      serializers: { err: (plain) => plain },
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => void sink.write(line) },
  )
}

function writeBare(write: () => void): void {
  try {
    write()
  } catch {
    // The stream itself is broken: there is nowhere left to say so.
  }
}
