/** What can be changed about a stage while it runs, checked field by field. */

import { ConfigurationError } from '@mosec/core'

/** Changes to a running stage; what is left out stays as it is. */
export interface StageChanges {
  /** Running copies of the worker, 1 to 1024. New ones take work once they are ready, surplus ones finish theirs. */
  readonly replicas?: number
  /** Most tasks in one batch, from the next batch on. */
  readonly maxBatchSize?: number
  /** Longest wait for a batch to fill, in milliseconds, from the next batch on; `null` for none. */
  readonly maxWaitMs?: number | null
  /** Out of service: routes that need this stage are refused with 503, what was admitted finishes. */
  readonly drained?: boolean
}

interface Field {
  /** What is allowed, as the end of "takes ...". */
  readonly allowed: string
  readonly accepts: (value: unknown) => boolean
}

const MOST_REPLICAS = 1024
/** A frame counts its tasks in 16 bits. */
const MOST_TASKS = 65_535
/** Timers of Node overflow above it. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

const isIntegerIn = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most

const fields: Readonly<Record<keyof StageChanges, Field>> = {
  replicas: {
    allowed: `an integer from 1 to ${MOST_REPLICAS} ("drained": true takes a stage out of service)`,
    accepts: isIntegerIn(1, MOST_REPLICAS),
  },
  maxBatchSize: { allowed: `an integer from 1 to ${MOST_TASKS}`, accepts: isIntegerIn(1, MOST_TASKS) },
  maxWaitMs: {
    allowed: `a number of milliseconds from 0 to ${LONGEST_WAIT_MS}, or null for none`,
    accepts: (value) =>
      value === null || (typeof value === 'number' && value >= 0 && value <= LONGEST_WAIT_MS),
  },
  drained: { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' },
}

/**
 * Checks what came, from code or from JSON.
 * @throws ConfigurationError naming the field, what it takes and what came.
 */
export function checkStageChanges(value: unknown): StageChanges {
  const names = Object.keys(fields).join(', ')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`changes to a stage are an object with ${names}; got ${inWords(value)}`)
  }
  const given = Object.entries(value).filter(([, of]) => of !== undefined)
  if (given.length === 0) throw new ConfigurationError(`nothing is changed: give at least one of ${names}`)
  for (const [name, of] of given) checkField(name, of, names)
  return Object.fromEntries(given)
}

function checkField(name: string, value: unknown, names: string): void {
  if (!isField(name)) {
    throw new ConfigurationError(`${inWords(name)} cannot be changed while a stage runs; there are ${names}`)
  }
  const { allowed, accepts } = fields[name]
  if (!accepts(value)) throw new ConfigurationError(`${name} takes ${allowed}, got ${inWords(value)}`)
}

const isField = (name: string): name is keyof StageChanges => Object.hasOwn(fields, name)

const LONGEST_WORDS = 80

function inWords(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const words = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}...` : words
}
