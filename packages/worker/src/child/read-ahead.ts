/** The inputs of the next batch are read while the present one is computed, so that the model does not wait for them. */

import type { BatchItem } from '@mosec/core'
import type { InputReader, Inputs, Reading } from './input-reader.ts'
import { isThenable } from './invoke.ts'
import type { Replies } from './replies.ts'
import type { Turn } from './turn.ts'

/** Reads as an `InputReader` does, what it can a batch ahead. */
export class ReadAhead {
  readonly #reader: InputReader
  readonly #replies: Replies
  #reading: Reading | undefined
  /** Of `#reading`, once all of it is read. */
  #inputs: Inputs | Promise<Inputs> | undefined

  constructor(reader: InputReader, replies: Replies) {
    this.#reader = reader
    this.#replies = replies
  }

  /** Reads these items until the turn is over. True when there is more to read. */
  advance(items: readonly BatchItem[], turn: Turn): boolean {
    if (this.#reading?.items !== items) this.#begin(items)
    const reading = this.#reading
    if (reading === undefined || this.#inputs !== undefined) return false
    while (reading.next < items.length) {
      if (turn.isOver()) return true
      this.#reader.decodeNext(reading)
    }
    this.#inputs = this.#reader.end(reading)
    return false
  }

  /** The inputs of those of a batch's items for which somebody waits; nothing is read twice. */
  read(items: readonly BatchItem[], wanted: readonly BatchItem[]): Inputs | Promise<Inputs> {
    const reading = this.#reading
    if (reading?.items !== items) return this.#reader.read(wanted)
    const inputs = this.#inputs ?? this.#reader.end(reading)
    this.#reading = undefined
    this.#inputs = undefined
    if (wanted.length === items.length) return inputs
    return isThenable(inputs) ? inputs.then((read) => only(wanted, read)) : only(wanted, inputs)
  }

  #begin(items: readonly BatchItem[]): void {
    // A client that left already is answered when its batch is run.
    const isWanted = items.every(({ id }) => !this.#replies.isCancelled(id))
    this.#reading = isWanted ? this.#reader.begin(items) : undefined
    this.#inputs = undefined
  }
}

/** Without those that have been answered since: their clients left. */
function only(wanted: readonly BatchItem[], { items, values, refused }: Inputs): Inputs {
  const ids = new Set(wanted.map(({ id }) => id))
  const isWanted = (index: number): boolean => ids.has(items[index]?.id ?? Number.NaN)
  return {
    items: items.filter((_, index) => isWanted(index)),
    values: values.filter((_, index) => isWanted(index)),
    refused: refused.filter(({ id }) => ids.has(id)),
  }
}
