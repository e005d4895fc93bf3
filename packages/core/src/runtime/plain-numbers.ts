/** Numbers as JSON carries them: clients of most formats cannot send typed arrays. */

import { ValidationError } from '../contract/errors.ts'
import { describeItem } from './describe-item.ts'

/** Numbers (booleans for a model of booleans) in arrays, nested as the shape says, or all in one. */
export type NestedNumbers = readonly (number | boolean | NestedNumbers)[]

/** What the numbers must be. */
export interface PlainSpec {
  /** Of one item, `null` where items differ. */
  readonly shape: readonly (number | null)[]
  readonly type: PlainType
}

/** Numbers one after the other, and their shape. */
export interface FlatNumbers {
  readonly values: readonly number[]
  readonly shape: readonly number[]
}

interface Rule {
  readonly expected: string
  readonly fits: (value: number) => boolean
}

const integers = (min: number, max: number): Rule => ({
  expected: `an integer from ${min} to ${max}`,
  fits: (value) => Number.isInteger(value) && value >= min && value <= max,
})

/** From here on a half is infinite. */
const halfLimit = 65_520

const rules = {
  float16: { expected: 'a finite float16 number', fits: (value: number) => Math.abs(value) < halfLimit },
  float32: {
    expected: 'a finite float32 number',
    fits: (value: number) => Number.isFinite(Math.fround(value)),
  },
  float64: { expected: 'a finite number', fits: Number.isFinite },
  int8: integers(-(2 ** 7), 2 ** 7 - 1),
  uint8: integers(0, 2 ** 8 - 1),
  int16: integers(-(2 ** 15), 2 ** 15 - 1),
  uint16: integers(0, 2 ** 16 - 1),
  int32: integers(-(2 ** 31), 2 ** 31 - 1),
  uint32: integers(0, 2 ** 32 - 1),
  int64: integers(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  uint64: integers(0, Number.MAX_SAFE_INTEGER),
  bool: { expected: 'true, false, 0 or 1', fits: (value: number) => value === 0 || value === 1 },
} as const satisfies Readonly<Record<string, Rule>>

/** Element types that plain numbers can become. */
export type PlainType = keyof typeof rules

/** No runtime has tensors of more dimensions; deeper arrays come from no honest client. */
const maxDepth = 16

/**
 * Checks plain arrays strictly: nothing is rounded, cut off or taken for a number that is none.
 * @param item nested as the shape says, or flat.
 * @throws ValidationError (`validation_error`) that names the place, what was expected and what came.
 */
export function plainNumbers(item: readonly unknown[], { shape, type }: PlainSpec): FlatNumbers {
  const nesting = nestingOf(item)
  const found = fits(nesting, shape) ? nesting : flatShape(nesting, shape)
  if (found === undefined) {
    throw new ValidationError(
      `expected numbers of the shape [${text(shape)}], nested or in one array, got the shape [${text(nesting)}]`,
    )
  }
  const values: number[] = []
  append(item, { nesting, rule: rules[type], values, path: [] })
  return { values, shape: found }
}

/** Lengths of the first array on each level. */
function nestingOf(item: unknown): number[] {
  const lengths: number[] = []
  for (let level = item; Array.isArray(level); level = level[0]) {
    lengths.push(level.length)
    if (lengths.length > maxDepth) throw new ValidationError(`arrays are nested more than ${maxDepth} deep`)
  }
  return lengths
}

const fits = (shape: readonly number[], pattern: PlainSpec['shape']): boolean =>
  shape.length === pattern.length && pattern.every((length, n) => length === null || length === shape[n])

/** Of values in one array: known where at most one dimension is free. */
function flatShape(nesting: readonly number[], pattern: PlainSpec['shape']): number[] | undefined {
  const [count = 0, ...deeper] = nesting
  const free = pattern.filter((length) => length === null).length
  if (deeper.length > 0 || free > 1) return undefined
  const known = pattern.reduce<number>((product, length) => product * (length ?? 1), 1)
  const rest = count / known
  return free === 0 ? fixedShape(pattern, rest === 1) : fixedShape(pattern, Number.isInteger(rest), rest)
}

const fixedShape = (pattern: PlainSpec['shape'], isRight: boolean, rest = 1): number[] | undefined =>
  isRight ? pattern.map((length) => length ?? rest) : undefined

/** Where the values of one level go. */
interface Appending {
  readonly nesting: readonly number[]
  readonly rule: Rule
  readonly values: number[]
  readonly path: readonly number[]
}

function append(level: readonly unknown[], { nesting, rule, values, path }: Appending): void {
  const isLast = path.length === nesting.length - 1
  for (const [n, each] of level.entries()) {
    if (isLast) {
      values.push(asNumber(each, rule) ?? refuse([...path, n], rule.expected, describeElement(each)))
    } else {
      const inner = [...path, n]
      append(arrayAt(each, nesting[inner.length], inner), { nesting, rule, values, path: inner })
    }
  }
}

function asNumber(value: unknown, rule: Rule): number | undefined {
  if (typeof value === 'number' && rule.fits(value)) return value
  return typeof value === 'boolean' && rule === rules.bool ? Number(value) : undefined
}

function arrayAt(value: unknown, length: number | undefined, path: readonly number[]): readonly unknown[] {
  if (Array.isArray(value) && value.length === length) return value
  return refuse(path, `an Array of ${length} values, as before it`, describeItem(value))
}

function refuse(path: readonly number[], expected: string, got: string): never {
  const place = path.map((n) => `[${n}]`).join('')
  throw new ValidationError(`at ${place}: expected ${expected}, got ${got}`)
}

// The number itself may be private; that it is NaN is not.
function describeElement(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? 'another number' : String(value)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? 'an object'
    : describeItem(value)
}

const text = (shape: readonly (number | null)[]): string => shape.map((length) => length ?? '?').join(', ')
