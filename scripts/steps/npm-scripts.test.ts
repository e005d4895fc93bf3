/** What npm runs for `npm start` and `npm test`. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './pnpm.mjs'

test('a signal to npm reaches our program, since the shell between them is replaced by it', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(scripts.start).toBe('exec node scripts/start.mjs')
  expect(scripts.test).toBe('exec node scripts/test.mjs')
})
