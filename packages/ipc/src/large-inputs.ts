/** Gives the memory of a replica's large inputs back once they are answered. */

import type { Reply } from '@mosec/core'
import type { ReceivedItem } from './frame-decoder.ts'

/** Of one connection whose worker keeps nothing of its inputs. */
export class LargeInputs {
  readonly #held = new Map<number, ReceivedItem>()

  came(items: readonly ReceivedItem[]): void {
    for (const item of items) if (item.release !== undefined) this.#held.set(item.id, item)
  }

  answered(replies: readonly Reply[]): void {
    if (this.#held.size === 0) return
    for (const reply of replies) if (reply.isEvent !== true) this.#release(reply)
  }

  /** An answer that lies in the input's own memory still has to leave: then that is not used again. */
  #release({ id, bytes }: Reply): void {
    const item = this.#held.get(id)
    if (item === undefined) return
    this.#held.delete(id)
    if (item.bytes.buffer !== bytes.buffer) item.release?.()
  }
}
