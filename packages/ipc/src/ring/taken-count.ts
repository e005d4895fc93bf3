/** How many bytes of a ring its reader has taken: a number in a file, which one process writes and another reads. */

import { readSync, writeSync } from 'node:fs'

/** Written by the reading end when it has opened the ring; a number that a file is not full of by chance. */
const MARK = 0x6d_6f_73_65_63_31
/** `mark f64 | count f64 | count f64`, twice since a reader may see half of a write. */
const WORDS = 3

/** Where it lies. */
export interface CountPlace {
  /** Of the file: not the ring's own, whose lock is held while a payload is written. */
  readonly fd: number
  readonly offset: number
}

/** The reader's side. */
export class TakenCount {
  readonly #place: CountPlace
  readonly #words = Float64Array.of(MARK, 0, 0)

  /** Opens the ring: from now on the writer may use it. */
  constructor(place: CountPlace) {
    this.#place = place
    this.#tell()
  }

  get bytes(): number {
    return this.#words[1] ?? 0
  }

  add(bytes: number): void {
    this.#words.fill(this.bytes + bytes, 1)
    this.#tell()
  }

  #tell(): void {
    writeSync(this.#place.fd, this.#words, 0, this.#words.byteLength, this.#place.offset)
  }
}

/** The writer's side: what the file says now; undefined while nobody reads the ring. */
export function readTaken({ fd, offset }: CountPlace): number | undefined {
  const words = new Float64Array(WORDS)
  if (readSync(fd, words, 0, words.byteLength, offset) < words.byteLength) return undefined
  const [mark, count, again] = words
  return mark === MARK && count === again ? count : undefined
}
