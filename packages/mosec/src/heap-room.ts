/** How far V8 lets the heap of a process that bodies pass through grow before it looks through all of it again. */

import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** To this many times what was alive: the most that V8 itself would choose (`kMaxGrowingFactor` of its `MemoryController`). */
const GROWTH = 4
const FLAG = '--heap-growing-percent'
/** V8 13.6 and later count bodies apart, and look through the heap after each 64 MiB of them, unless told to count them in. */
const COUNTS_BODIES = '--external-memory-accounted-in-global-limit'
/** Majors of V8 that know this flag (Node 24 to 26); another one would say on stderr that it does not. */
const V8_WITH_IT = new Set(['13', '14'])
/** A heap beyond this is the user's own doing, and so is its growth; in bytes. */
const SMALL_BYTES = 64 * 1024 * 1024

/** What is looked at, and how V8 is told. */
export interface HeapOfProcess {
  readonly args: readonly string[]
  readonly usedBytes: number
  readonly v8Version: string
  readonly setFlag: (flag: string) => void
}

/**
 * Bodies and payloads lie outside of V8's heap, and V8 counts them as its growth. The heap of such a process is small
 * (some 12 MB are alive), so 12 MB of bodies are enough to make it look through all of the heap again, ten times a
 * second with bodies of 150 kB: up to half of the processor time of such a request. A process with a larger heap keeps
 * V8's own way, and so does one whose command line says something about it.
 */
export function giveHeapRoom(heap: HeapOfProcess = ofThisProcess()): void {
  const { args, usedBytes, v8Version, setFlag } = heap
  if (usedBytes > SMALL_BYTES || args.some((arg) => arg.startsWith(FLAG))) return
  if (V8_WITH_IT.has(v8Version.replace(/\..*/, ''))) setFlag(COUNTS_BODIES)
  setFlag(`${FLAG}=${(GROWTH - 1) * 100}`)
}

const ofThisProcess = (): HeapOfProcess => ({
  args: process.execArgv,
  usedBytes: getHeapStatistics().used_heap_size,
  v8Version: process.versions.v8,
  setFlag: setFlagsFromString,
})
