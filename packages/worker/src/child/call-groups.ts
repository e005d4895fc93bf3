/** Which inputs of a batch share a call of `forward`: those of one bucket, up to the cost that a call may have. */

import { type AnyWorker, type BatchCost, StartError } from '@mosec/core'
import type { Blame, TaskPhase } from './blame.ts'
import type { Inputs } from './input-reader.ts'

/** The inputs of one call. */
export type CallGroup = Pick<Inputs, 'items' | 'values'>

interface OpenGroup extends CallGroup {
  cost: number
}

/**
 * Groups inputs for one worker. Only here are there values to ask for their cost: the scheduler sees bytes. So a batch
 * is what a replica was given to do, and a group is what it computes at once.
 */
export class CallGroups {
  readonly #name: string
  readonly #rules: BatchCost<unknown>
  readonly #blame: Blame
  /** The worker says nothing of costs and buckets: every batch is one call. */
  readonly #isTrivial: boolean

  constructor(worker: AnyWorker, blame: Blame) {
    this.#name = worker.constructor.name
    this.#rules = batchCostOf(worker)
    this.#blame = blame
    this.#isTrivial = this.#rules.bucketBy === undefined && this.#rules.cost === undefined
  }

  /**
   * Inputs in the order they came, each in the group of its bucket that has room for it; what does not fit opens the
   * next. An input whose cost or bucket cannot be told is refused alone.
   */
  of(inputs: Inputs): readonly CallGroup[] {
    const { items, values, refused } = inputs
    if (items.length === 0) return []
    if (this.#isTrivial) return [inputs]
    const open = new Map<string | number | undefined, OpenGroup>()
    const groups: OpenGroup[] = []
    for (const [index, item] of items.entries()) {
      let phase: TaskPhase = 'bucketBy'
      try {
        const value = values[index]
        const bucket = this.#bucketOf(value)
        phase = 'cost'
        const cost = this.#costOf(value)
        const last = open.get(bucket)
        const group = last !== undefined && last.cost + cost <= this.#maxCost ? last : newGroup()
        if (group !== last) {
          open.set(bucket, group)
          groups.push(group)
        }
        group.items.push(item)
        group.values.push(value)
        group.cost += cost
      } catch (error) {
        refused.push({ id: item.id, outcome: this.#blame(error, phase) })
      }
    }
    return groups
  }

  get #maxCost(): number {
    return this.#rules.maxBatchCost ?? Number.POSITIVE_INFINITY
  }

  #bucketOf(value: unknown): string | number | undefined {
    return this.#rules.bucketBy?.(value)
  }

  #costOf(value: unknown): number {
    if (this.#rules.cost === undefined) return 0
    const cost: unknown = this.#rules.cost(value)
    if (typeof cost === 'number' && cost >= 0) return cost
    throw new TypeError(`${this.#name}.cost must give a number of at least 0, got ${cost}`)
  }
}

/** After set-up, which may set it. @throws StartError for a `maxBatchCost` that can bound nothing. */
export function checkBatchCost(worker: AnyWorker): void {
  const { maxBatchCost, cost } = batchCostOf(worker)
  if (maxBatchCost === undefined) return
  if (!(maxBatchCost > 0)) throw new StartError(`maxBatchCost takes a number above 0, got ${maxBatchCost}`)
  if (cost === undefined)
    throw new StartError('maxBatchCost bounds what inputs cost: give the method cost, too')
}

const batchCostOf = (worker: AnyWorker): BatchCost<unknown> =>
  worker.kind === 'batch' || worker.kind === 'batch-stream' ? worker : {}

const newGroup = (): OpenGroup => ({ items: [], values: [], cost: 0 })
