/** How far V8 lets the heap of a process that bodies pass through grow before it looks through all of it again. */

import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** To this many times what was alive: the most that V8 itself would choose (`kMaxGrowingFactor` of its `MemoryController`). */
const GROWTH = 4
const FLAG = '--heap-growing-percent'
/** A heap beyond this is the user's own doing, and so is its growth; in bytes. */
const SMALL_BYTES = 64 * 1024 * 1024

/** What is looked at, and how V8 is told. */
export interface HeapOfProcess {
  readonly args: readonly string[]
  readonly usedBytes: number
  readonly setFlag: (flag: string) => void
}

/**
 * Bodies and payloads lie outside of V8's heap, and V8 counts them as its growth. The heap of such a process is small
 * (some 12 MB are alive), so 12 MB of bodies are enough to make it look through all of the heap again, ten times a
 * second with bodies of 150 kB: up to half of the processor time of such a request. A process with a larger heap keeps
 * V8's own way, and so does one whose command line says something about it.
 */
export function giveHeapRoom({ args, usedBytes, setFlag }: HeapOfProcess = ofThisProcess()): void {
  if (usedBytes > SMALL_BYTES || args.some((arg) => arg.startsWith(FLAG))) return
  setFlag(`${FLAG}=${(GROWTH - 1) * 100}`)
}

const ofThisProcess = (): HeapOfProcess => ({
  args: process.execArgv,
  usedBytes: getHeapStatistics().used_heap_size,
  setFlag: setFlagsFromString,
})
