/** From a batch's bytes to what `forward` takes: decoded, and at the ingress checked; a bad item is refused alone. */

import {
  type AnyWorker,
  type BatchItem,
  isFirst,
  isIngress,
  type Outcome,
  ValidationError,
} from '@mosec/core'
import type { Blame, TaskPhase } from './blame.ts'
import { allChecked, type Checked, checkValue } from './check-value.ts'
import { isThenable } from './invoke.ts'
import { issuesText } from './issue-text.ts'
import { decodeItem } from './item-bytes.ts'

/** The inputs of one call, and the items that have none. */
export interface Inputs {
  readonly items: BatchItem[]
  /** One for each of `items`. */
  readonly values: unknown[]
  readonly refused: { readonly id: number; readonly outcome: Outcome }[]
}

/** Items on their way to inputs, one after the other. */
export interface Reading {
  readonly items: readonly BatchItem[]
  readonly inputs: Inputs
  /** Index of the first item that has not been decoded. */
  next: number
  /** Some values are promises. */
  isLate: boolean
}

/** Reads for one worker. */
export class InputReader {
  readonly #worker: AnyWorker
  readonly #blame: Blame

  constructor(worker: AnyWorker, blame: Blame) {
    this.#worker = worker
    this.#blame = blame
  }

  /** Never throws, and its promise never rejects. A promise only when the worker or its schema gives one. */
  read(wanted: readonly BatchItem[]): Inputs | Promise<Inputs> {
    return this.end(this.begin(wanted))
  }

  /** To be read bit by bit, by `decodeNext`, and then by `end`. */
  begin(items: readonly BatchItem[]): Reading {
    return { items, inputs: { items: [], values: [], refused: [] }, next: 0, isLate: false }
  }

  /** Decodes one item. Never throws. */
  decodeNext(reading: Reading): void {
    const item = reading.items[reading.next++]
    if (item === undefined) return
    try {
      const value = decodeItem(this.#worker, item)
      if (!isIngress(item.state) && isThenable(value)) {
        reading.isLate = true
        // It may reject before anybody looks, which is at the end.
        value.then(undefined, () => {})
      }
      reading.inputs.values.push(value)
      reading.inputs.items.push(item)
    } catch (error) {
      this.#refuse(reading.inputs, item, error, 'deserialize')
    }
  }

  /** Decodes what is left, and checks. As `read`. */
  end(reading: Reading): Inputs | Promise<Inputs> {
    while (reading.next < reading.items.length) this.decodeNext(reading)
    if (!reading.isLate) return this.#check(reading.inputs)
    return this.#whenDecoded(reading.inputs).then((decoded) => this.#check(decoded))
  }

  #check(decoded: Inputs): Inputs | Promise<Inputs> {
    const schema = this.#worker.input
    if (schema === undefined) return decoded
    const checks = allChecked(
      decoded.items.map(({ state }, index) => {
        const value = decoded.values[index]
        return isFirst(state) ? checkValue(schema, value) : { value }
      }),
    )
    return isThenable(checks)
      ? checks.then((ended) => this.#keepGood(decoded, ended))
      : this.#keepGood(decoded, checks)
  }

  async #whenDecoded({ items, values, refused }: Inputs): Promise<Inputs> {
    const inputs: Inputs = { items: [], values: [], refused }
    const ended = await Promise.allSettled(values)
    for (const [index, item] of items.entries()) {
      const result = ended[index]
      if (result?.status === 'fulfilled') {
        inputs.items.push(item)
        inputs.values.push(result.value)
      } else this.#refuse(inputs, item, result?.reason, 'deserialize')
    }
    return inputs
  }

  /** The value that the schema gives takes the place of what came. */
  #keepGood({ items, refused }: Inputs, checks: readonly Checked[]): Inputs {
    const inputs: Inputs = { items: [], values: [], refused }
    for (const [index, item] of items.entries()) {
      const check = checks[index] ?? { thrown: undefined }
      if (check.issues !== undefined) {
        this.#refuse(inputs, item, new ValidationError(issuesText('input', check.issues)), 'validate')
      } else if ('thrown' in check) {
        this.#refuse(inputs, item, check.thrown, 'validate')
      } else {
        inputs.items.push(item)
        inputs.values.push(check.value)
      }
    }
    return inputs
  }

  #refuse(inputs: Inputs, { id }: BatchItem, error: unknown, phase: TaskPhase): void {
    inputs.refused.push({ id, outcome: this.#blame(error, phase) })
  }
}

/** The same inputs without the items that nobody waits for any more. */
export function keepWanted<Kept extends Pick<Inputs, 'items' | 'values'>>(
  inputs: Kept,
  wanted: readonly BatchItem[],
): Kept {
  if (wanted.length === inputs.items.length) return inputs
  const kept = new Set(wanted)
  return {
    ...inputs,
    items: [...wanted],
    values: inputs.values.filter((_, index) => kept.has(inputs.items[index] as BatchItem)),
  }
}
