/** The heap gets room where it is small and nobody has said otherwise. */

import { expect, it } from 'vitest'
import { giveHeapRoom } from './heap-room.ts'

const MB = 1024 * 1024

it.each([
  ['a small heap', [], 12 * MB, ['--heap-growing-percent=300']],
  ['other flags', ['--expose-gc'], 64 * MB, ['--heap-growing-percent=300']],
  ['a larger heap', [], 65 * MB, []],
  ['a flag of the user', ['--heap-growing-percent=50'], 12 * MB, []],
])('%s', (_, args, usedBytes, told) => {
  const flags: string[] = []
  giveHeapRoom({ args, usedBytes, setFlag: (flag) => flags.push(flag) })
  expect(flags).toEqual(told)
})
