/** Questions of an ingress to the server's process, and their answers. */

import type { FromIngress, Questions, ToIngress, Topic } from './messages.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** One question, one answer, in any order. */
export class Asker {
  readonly #send: (message: FromIngress) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(send: (message: FromIngress) => void) {
    this.#send = send
  }

  /** Rejects with what the other side's error said. The process ends when the other side is gone. */
  ask<T extends Topic>(topic: T, asked: Questions[T]['asked']): Promise<Questions[T]['told']> {
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#send({ type: 'ask', id, topic, asked })
    // Both sides are of one program, which is where the types are checked.
    return answer as Promise<Questions[T]['told']>
  }

  /** An answer came. */
  answered(message: Extract<ToIngress, { readonly id: number }>): void {
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.type === 'reply') waiting?.resolve(message.value)
    else waiting?.reject(new Error(message.message))
  }
}
