/** Kinds of values that an option takes: how to read one from text, and what to say when it cannot be. */

import { isIP } from 'node:net'
import { allowedToken, isTokenSetting } from '../admin/admin-token.ts'

/** How one kind of value is read and described. */
export interface ValueKind<T> {
  /** Name of the value in the help; a switch takes none. */
  readonly placeholder?: string
  /** What is allowed, as the end of "must be ...". */
  readonly allowed: string
  /** Never shown in messages. */
  readonly isSecret?: boolean
  /** Reads a flag's or a variable's text; undefined when it is not allowed. */
  fromText(text: string): T | undefined
  /** Says whether a value given in code is allowed. */
  accepts(value: unknown): value is T
}

/** Timers of Node overflow above it; for sizes and counts it is more than enough. */
const largestInteger = 2 ** 31 - 1
// No sign, no leading zero, no hex, no exponent: what reads in two ways is a mistake.
const plainInteger = /^(?:0|[1-9]\d{0,15})$/
const hostLabels = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/i
const trueWords: readonly string[] = ['1', 'true', 'yes', 'on']
const falseWords: readonly string[] = ['0', 'false', 'no', 'off', '']

/** A plain decimal integer, both ends included. */
export function integer(placeholder: string, least: number, most = largestInteger): ValueKind<number> {
  const accepts = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
  return {
    placeholder,
    allowed: `an integer from ${least} to ${most}`,
    accepts,
    fromText(text) {
      const value = plainInteger.test(text) ? Number(text) : Number.NaN
      return accepts(value) ? value : undefined
    },
  }
}

/** An integer, or the one word that stands for no number. */
export function integerOr<Word extends string>(
  word: Word,
  number: ValueKind<number>,
): ValueKind<number | Word> {
  return {
    ...number,
    allowed: `${word} or ${number.allowed}`,
    accepts: (value): value is number | Word => value === word || number.accepts(value),
    fromText: (text) => (text === word ? word : number.fromText(text)),
  }
}

/** One of a few words, spelt exactly so. */
export function oneOf<Word extends string>(placeholder: string, words: readonly Word[]): ValueKind<Word> {
  return {
    placeholder,
    allowed: words.join(', ').replace(/, (?=[^,]*$)/, ' or '),
    accepts: (value): value is Word => words.some((word) => word === value),
    fromText: (text) => words.find((word) => word === text),
  }
}

/** Text that passes a test. */
function textThat(
  placeholder: string,
  allowed: string,
  isAllowed: (text: string) => boolean,
): ValueKind<string> {
  return {
    placeholder,
    allowed,
    accepts: (value): value is string => typeof value === 'string' && isAllowed(value),
    fromText: (text) => (isAllowed(text) ? text : undefined),
  }
}

/** What must not be read by others, or where to find it. */
export const secretToken: ValueKind<string> = {
  ...textThat('<token>', allowedToken, isTokenSetting),
  isSecret: true,
}

/** On or off. Flags take no value; the environment takes the usual words, and empty means off. */
export const onOff: ValueKind<boolean> = {
  allowed: 'true (1, yes, on) or false (0, no, off)',
  accepts: (value): value is boolean => typeof value === 'boolean',
  fromText(text) {
    const word = text.toLowerCase()
    if (trueWords.includes(word)) return true
    return falseWords.includes(word) ? false : undefined
  },
}

/** An IP address or a host name; no port, no scheme, no brackets. */
export const hostName = textThat('<host>', 'an IP address or a host name, without a port', isHost)

/** What every metric's name can begin with: colons are kept for recording rules, by Prometheus' convention. */
export const metricPrefix = textThat('<name>', 'letters, digits and _, not beginning with a digit', (text) =>
  /^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/.test(text),
)

/** A folder's path. A leading dash is far more often the next flag than a folder. */
export const folderPath = textThat(
  '<folder>',
  "a folder's path (write ./-x for one that begins with a dash)",
  (text) => text !== '' && !text.startsWith('-') && !text.includes('\0'),
)

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true
  // A last label of digits alone is a mistyped IPv4 address, never a name.
  return hostLabels.test(text) && !/(?:^|\.)\d+$/.test(text)
}
