/** What is wrong with a value, in one line that a client can act on: where, and what. */

import type { SchemaIssue } from '@mosec/core'

/** The rest is only counted: a hostile value may be wrong in a million places. */
const MAX_ISSUES = 8
const MAX_MESSAGE_LENGTH = 200
const MAX_PATH_LENGTH = 200
const MAX_KEY_LENGTH = 40

/** What libraries say before they say what; the error's label has said it. */
const PREAMBLE = /^Invalid [a-z]+: /

/**
 * All issues, joined by `; `, of bounded length.
 * @param root what the value is called, `input` or `output`.
 *
 * @example
 * issuesText('input', issues) // 'input.items[2].x: expected number, received string; input.name: ...'
 */
export function issuesText(root: string, issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, MAX_ISSUES).map((issue) => issueText(root, issue))
  const left = issues.length - shown.length
  return (left === 0 ? shown : [...shown, `and ${left} more`]).join('; ')
}

function issueText(root: string, { message, path = [] }: SchemaIssue): string {
  // A library's path may be a subclass of Array, whose own `map` would make a path again.
  const place = shorten(Array.from(path, segmentText).join(''), MAX_PATH_LENGTH)
  return `${root}${place}: ${shorten(withoutPlace(message.replace(PREAMBLE, ''), place), MAX_MESSAGE_LENGTH)}`
}

/** `.name`, `[2]`, or `["a key"]` for what is neither. */
function segmentText(segment: NonNullable<SchemaIssue['path']>[number]): string {
  const key = typeof segment === 'object' ? segment.key : segment
  if (typeof key === 'number') return `[${key}]`
  if (typeof key === 'symbol') return '[symbol]'
  return /^[A-Za-z_$][\w$]*$/.test(key) && key.length <= MAX_KEY_LENGTH
    ? `.${key}`
    : `[${JSON.stringify(shorten(key, MAX_KEY_LENGTH))}]`
}

/** Some libraries begin with the path themselves. */
function withoutPlace(message: string, place: string): string {
  const own = `${place.replace(/^\./, '')} `
  return place !== '' && message.startsWith(own) ? message.slice(own.length) : message
}

const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)}...`
