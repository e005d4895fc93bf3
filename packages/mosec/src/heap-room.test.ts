/** The heap gets room where it is small and nobody has said otherwise. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { giveHeapRoom, type HeapOfProcess } from './heap-room.ts'

const MB = 1024 * 1024

it.each([
  ['a small heap', [], 12 * MB, ['--heap-growing-percent=300']],
  ['other flags', ['--expose-gc'], 64 * MB, ['--heap-growing-percent=300']],
  ['a larger heap', [], 65 * MB, []],
  ['a flag of the user', ['--heap-growing-percent=50'], 12 * MB, []],
])('%s', (_, args, usedBytes, told) => {
  expect(flagsFor({ args, usedBytes })).toEqual(told)
})

it.each([
  ['11.3.244.8-node.38', false],
  ['12.4.254.21-node.33', false],
  ['13.6.233.17-node.48', true],
  ['14.6.202.33-node.19', true],
  ['15.0.0', false],
])('V8 %s is told to count bodies: %s', (v8Version, isTold) => {
  expect(flagsFor({ v8Version }).includes('--external-memory-accounted-in-global-limit')).toBe(isTold)
})

it('this Node knows all that it is told', async () => {
  const flags = flagsFor({ v8Version: process.versions.v8 })
  const { stderr } = await promisify(execFile)(process.execPath, [...flags, '--eval', ''])
  expect(stderr).toBe('')
})

function flagsFor(heap: Partial<HeapOfProcess>): string[] {
  const flags: string[] = []
  giveHeapRoom({
    args: [],
    usedBytes: 12 * MB,
    v8Version: '11.3',
    ...heap,
    setFlag: (flag) => flags.push(flag),
  })
  return flags
}
