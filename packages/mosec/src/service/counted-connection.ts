/** A connection that counts the batches it carries; only stages that limit them pay for it. */

import type { BatchItem, Connection, LinkEvents } from '@mosec/core'

/** Passes everything on. */
export class CountedConnection implements Connection {
  readonly replica: number
  readonly #inner: Connection
  readonly #sent: () => void

  /** @param sent told after each batch. */
  constructor(inner: Connection, sent: () => void) {
    this.replica = inner.replica
    this.#inner = inner
    this.#sent = sent
  }

  open(events: LinkEvents): void {
    this.#inner.open(events)
  }

  send(batch: readonly BatchItem[], budgetMs: number): void {
    this.#inner.send(batch, budgetMs)
    this.#sent()
  }

  cancel(id: number): void {
    this.#inner.cancel(id)
  }

  grant(id: number, credit: number): void {
    this.#inner.grant?.(id, credit)
  }

  close(): void {
    this.#inner.close()
  }
}
