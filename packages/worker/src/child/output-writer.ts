/** From what `forward` gave to replies: encoded item by item; a value that does not encode fails alone. */

import type { AnyWorker, Awaitable, BatchItem } from '@mosec/core'
import type { Blame } from './blame.ts'
import type { ForwardCall } from './forward-call.ts'
import { encodeItem, type ItemWriter } from './item-bytes.ts'
import type { Replies } from './replies.ts'

/** An item whose bytes are not there yet. */
export interface LateOutput {
  readonly item: BatchItem
  readonly bytes: Promise<Uint8Array>
}

const NONE: readonly LateOutput[] = []

/** Writes for one worker. */
export class OutputWriter {
  readonly #writer: ItemWriter
  readonly #replies: Replies
  readonly #blame: Blame

  constructor(worker: AnyWorker, replies: Replies, blame: Blame) {
    this.#writer = { worker, lend: replies.lend }
    this.#replies = replies
    this.#blame = blame
  }

  /** Answers each item with its value, but for those for which the worker gives a promise. */
  write(items: readonly BatchItem[], values: readonly unknown[]): readonly LateOutput[] {
    let late: LateOutput[] | undefined
    for (const [index, item] of items.entries()) {
      const bytes = this.#encode(item, values[index])
      if (bytes === undefined) continue
      if (ArrayBuffer.isView(bytes)) this.#replies.ok(item.id, bytes)
      else {
        late ??= []
        late.push({ item, bytes })
      }
    }
    return late ?? NONE
  }

  /** Answers these items when their bytes are there, unless the call is over by then. Never rejects. */
  async writeLate(late: readonly LateOutput[], call: ForwardCall): Promise<void> {
    await Promise.all(late.map((output) => this.#writeOne(output, call)))
  }

  async #writeOne({ item, bytes }: LateOutput, call: ForwardCall): Promise<void> {
    try {
      const written = await bytes
      if (!call.isOver) this.#replies.ok(item.id, written)
    } catch (error) {
      if (!call.isOver) this.#replies.fail(item.id, this.#blame(error, 'serialize'))
    }
    call.ended(item.id)
  }

  /** Nothing for an item that has failed. */
  #encode(item: BatchItem, value: unknown): Awaitable<Uint8Array> | undefined {
    try {
      if (!(value instanceof Error)) return encodeItem(this.#writer, item, value)
      this.#replies.fail(item.id, this.#blame(value, 'forward'))
    } catch (error) {
      this.#replies.fail(item.id, this.#blame(error, 'serialize'))
    }
    return undefined
  }
}
