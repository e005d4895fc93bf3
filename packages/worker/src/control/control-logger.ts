/** A logger whose lines the supervisor writes, so that one process owns the log. */

import type { LogFields, Logger } from '@mosec/core'
import type { LogLevel } from './control-messages.ts'
import type { ReplicaControl } from './replica-control.ts'

const MAX_CAUSES = 4

/** From the chattiest on. */
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error']

/**
 * Sends each line over the control; the parent adds stage and replica. Never throws.
 * @param lowest level that is sent at all: what the parent would drop need not travel.
 */
export function controlLogger(control: Pick<ReplicaControl, 'send'>, lowest: LogLevel = 'info'): Logger {
  const log =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(lowest)) return
      control.send({ type: 'mosec:log', level, message, fields: plainFields(fields) })
    }
  return { debug: log('debug'), info: log('info'), warning: log('warning'), error: log('error') }
}

/** What survives JSON: errors as name, message, code and stack; what cannot be written as its text. */
function plainFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  if (value instanceof Error) return plainError(value, MAX_CAUSES)
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null')
  } catch {
    return textOf(value)
  }
}

function plainError(error: Error, causesLeft: number): LogFields {
  const { name, message, stack = '' } = error
  const plain = { name, message, ...('code' in error && { code: plainValue(error.code) }), stack }
  if (error.cause === undefined || causesLeft === 0) return plain
  return {
    ...plain,
    cause: error.cause instanceof Error ? plainError(error.cause, causesLeft - 1) : textOf(error.cause),
  }
}

/** The message of anything that was thrown. */
export function textOf(value: unknown): string {
  try {
    return value instanceof Error ? value.message : String(value)
  } catch {
    return 'a value that has no text'
  }
}
