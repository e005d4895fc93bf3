import type { SchemaIssue } from '@mosec/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { issuesText } from './issue-text.ts'

test.each<[string, SchemaIssue, string]>([
  [
    'zod',
    { message: 'Invalid input: expected number, received string', path: ['items', 2, 'x'] },
    'input.items[2].x: expected number, received string',
  ],
  [
    'valibot',
    {
      message: 'Invalid type: Expected number but received "q"',
      path: [{ key: 'items' }, { key: 2 }, { key: 'x' }],
    },
    'input.items[2].x: Expected number but received "q"',
  ],
  [
    'arktype',
    { message: 'items[2].x must be a number (was a string)', path: ['items', 2, 'x'] },
    'input.items[2].x: must be a number (was a string)',
  ],
  ['the value itself', { message: 'must be an object' }, 'input: must be an object'],
  ['a list', { message: 'too long', path: [0] }, 'input[0]: too long'],
  ['a key that is no name', { message: 'no', path: ['a b', '0', ''] }, 'input["a b"]["0"][""]: no'],
  ['a symbol', { message: 'no', path: [Symbol('s')] }, 'input[symbol]: no'],
])('names the place of an issue: %s', (_, issue, text) => {
  expect(issuesText('input', [issue])).toBe(text)
})

test('takes a path of a class of its own', () => {
  class Path extends Array<PropertyKey> {
    constructor(...keys: PropertyKey[]) {
      super()
      this.push(...keys)
    }
  }
  expect(issuesText('input', [{ message: 'no', path: new Path() }])).toBe('input: no')
  expect(issuesText('input', [{ message: 'no', path: new Path('a', 1) }])).toBe('input.a[1]: no')
})

test('joins several, and counts what is too much', () => {
  const issues = Array.from({ length: 1000 }, (_, index) => ({ message: 'no', path: [index] }))
  expect(issuesText('output', issues.slice(0, 2))).toBe('output[0]: no; output[1]: no')
  expect(issuesText('output', issues)).toMatch(/^output\[0\]: no; .*output\[7\]: no; and 992 more$/)
})

test('stays short whatever a client sends as a key or a value', () => {
  const key = fc.oneof(fc.string({ minLength: 0, maxLength: 2000 }), fc.integer())
  const issue = fc.record({
    message: fc.string({ maxLength: 100_000 }),
    path: fc.array(key, { maxLength: 100 }),
  })
  fc.assert(
    fc.property(fc.array(issue, { maxLength: 30 }), (issues) => {
      const text = issuesText('input', issues)
      expect(text.length).toBeLessThan(4000)
      expect(text.startsWith('input') || issues.length === 0).toBe(true)
    }),
  )
})
