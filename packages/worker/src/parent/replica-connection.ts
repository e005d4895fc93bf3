/** A replica in a process as the scheduler sees it: the transport's link, plus cancels and grants, plus a sure end. */

import type { BatchItem, Clock, Connection, Link, LinkEvents } from '@mosec/core'
import type { Grant } from '../control/control-messages.ts'
import { deferred } from '../deferred.ts'

/** What a connection is made of. */
export interface ReplicaConnectionOptions {
  readonly link: Link
  /** 1-based number of the replica within its stage. */
  readonly replica: number
  readonly clock: Clock
  /** Takes the cancelled tasks of one turn to the replica. */
  readonly sendCancel: (ids: readonly number[]) => void
  /** Takes the credit that streams were granted in one turn to the replica. */
  readonly sendGrants: (grants: readonly Grant[]) => void
  /** Ends the process at once. */
  readonly kill: () => void
}

/** Passes everything on, and says `closed` exactly once, by the link or by `lost`, whichever comes first. */
export class ReplicaConnection implements Connection {
  readonly replica: number
  readonly #options: ReplicaConnectionOptions
  readonly #closed = deferred<string>()
  #events: LinkEvents | undefined
  #closedReason: string | undefined
  #hasAnswered = false
  #cancelled: number[] = []
  #grants: Grant[] = []

  constructor(options: ReplicaConnectionOptions) {
    this.replica = options.replica
    this.#options = options
  }

  get copiesBytes(): boolean {
    return this.#options.link.copiesBytes === true
  }

  /** Resolves with the reason when it has ended; the scheduler has been told before. */
  get closed(): Promise<string> {
    return this.#closed.promise
  }

  /** It answered a task. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** The scheduler listens; before that nothing is delivered, so nothing can be missed. */
  get isOpen(): boolean {
    return this.#events !== undefined
  }

  open(events: LinkEvents): void {
    this.#events = events
    if (this.#closedReason !== undefined) {
      events.closed(this.#closedReason)
      return
    }
    this.#options.link.open({
      replied: (replies) => {
        if (this.#closedReason !== undefined) return
        this.#hasAnswered = true
        events.replied(replies)
      },
      closed: (reason) => this.#end(reason),
    })
  }

  send(batch: readonly BatchItem[], budgetMs: number): void {
    if (this.#closedReason === undefined) this.#options.link.send(batch, budgetMs)
  }

  cancel(id: number): void {
    this.#cancelled.push(id)
    if (this.#cancelled.length === 1) this.#options.clock.soon(() => this.#sendCancelled())
  }

  grant(id: number, credit: number): void {
    this.#grants.push({ id, credit })
    if (this.#grants.length === 1) this.#options.clock.soon(() => this.#sendGrants())
  }

  close(): void {
    this.#options.kill()
    this.#options.link.close()
    this.#end('closed by this side')
  }

  /** The process is gone, whatever the link says. */
  lost(reason: string): void {
    this.#end(reason)
    this.#options.link.close()
  }

  #end(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#events?.closed(reason)
    this.#closed.resolve(reason)
  }

  #sendCancelled(): void {
    const ids = this.#cancelled
    this.#cancelled = []
    if (this.#closedReason === undefined) this.#options.sendCancel(ids)
  }

  #sendGrants(): void {
    const grants = this.#grants
    this.#grants = []
    if (this.#closedReason === undefined) this.#options.sendGrants(grants)
  }
}
