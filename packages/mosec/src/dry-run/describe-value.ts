/** A value in one bounded line for a person: its kind, its shape, and how it begins. */

import { inspect } from 'node:util'

const LONGEST_TEXT = 160
const MOST_DIMENSIONS = 4

/**
 * Never throws and never prints much, whatever the value is.
 *
 * @example
 * describeValue([[1, 2], [3, 4]]) // 'array(2 x 2) [ [ 1, 2 ], [ 3, 4 ] ]'
 */
export function describeValue(value: unknown): string {
  try {
    const text = inspect(value, {
      depth: 2,
      maxArrayLength: 4,
      maxStringLength: 60,
      breakLength: Number.POSITIVE_INFINITY,
      customInspect: false,
    })
    return `${kindOf(value)}${cut(text)}`
  } catch {
    return `${typeof value}, which cannot be shown`
  }
}

/** With a space behind, or nothing where the text itself says it (`Float32Array(384) [...]`). */
function kindOf(value: unknown): string {
  if (value === null || value === undefined || ArrayBuffer.isView(value)) return ''
  if (typeof value === 'string') return `string(${value.length}) `
  if (Array.isArray(value)) return `array(${shapeOf(value).join(' x ')}) `
  return `${typeof value} `
}

/** Lengths of nested arrays as long as they are all alike. */
function shapeOf(array: readonly unknown[]): number[] {
  const shape: number[] = []
  let level: readonly unknown[] = array
  while (shape.length < MOST_DIMENSIONS) {
    shape.push(level.length)
    const [first] = level
    if (!Array.isArray(first) || !level.every((item) => Array.isArray(item) && item.length === first.length))
      break
    level = first
  }
  return shape
}

const cut = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text
