/** The finder of code blocks and the compiler behind them. */

import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { typeErrors } from './type-check.ts'

test('finds language, info, line and code', () => {
  const text = [
    '# title',
    '```ts no-check: half a thought',
    'const a = 1',
    '',
    '```',
    '```',
    'plain',
    '```',
  ].join('\n')
  expect(codeBlocks(text)).toEqual([
    { language: 'ts', info: 'no-check: half a thought', line: 3, code: 'const a = 1\n\n' },
    { language: '', info: '', line: 7, code: 'plain\n' },
  ])
})

test('a longer fence holds a shorter one, and a list indents', () => {
  const text = ['- one', '  ````md', '  ```ts', '    deep', '  ```', '  ````'].join('\n')
  expect(codeBlocks(text)).toEqual([{ language: 'md', info: '', line: 3, code: '```ts\n  deep\n```\n' }])
})

test('an error is told at its line of the document', { timeout: 60_000 }, () => {
  const good = {
    path: 'docs/a.md',
    language: 'ts',
    info: '',
    line: 4,
    code: "import type { Codec } from '@mosec/core'\nexport type C = Codec\n",
  }
  const bad = {
    ...good,
    line: 9,
    code: "import type { Codec } from '@mosec/core'\nexport const c: Codec = 1\n",
  }
  const errors = typeErrors([good, bad])
  expect(errors).toHaveLength(1)
  expect(errors[0]).toMatch(/^docs!a\.md!9\.ts\(10,14\): error TS2322/)
})
