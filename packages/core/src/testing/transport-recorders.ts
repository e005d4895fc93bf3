/** The two ends of a connection in a test: they write down what they are told, and a test waits for it. */

import assert from 'node:assert/strict'
import type { BatchItem, Channel, Link, Reply } from '../contract/transport.ts'

/** Past this, what a test waits for does not come. */
const PATIENCE_MS = 10_000

/** A signal for waits that should never take so long. */
export const patience = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS)

/** What both ends have: a log, and waiting for it. */
abstract class Recorder {
  /** What came, in order: `batch <ids>`, `reply <id>`, `event <id>`, `closed`. */
  readonly log: string[] = []
  #changed: () => void = () => {}

  /** Resolves when this end was told that the connection is over. */
  async closed(): Promise<void> {
    await this.until(() => this.log.includes('closed'), 'closed')
  }

  protected note(...entries: readonly string[]): void {
    this.log.push(...entries)
    this.#changed()
  }

  protected noteClosed(reason: string): void {
    assert.notEqual(reason, '', 'a closing has a reason')
    this.note('closed')
  }

  protected async until(isEnough: () => boolean, what: string): Promise<void> {
    const signal = patience()
    while (!isEnough()) {
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve
        signal.onabort = () =>
          reject(new Error(`waited for ${what}, got: ${this.log.join(', ') || 'nothing'}`))
      })
    }
  }
}

/** A batch as a replica was told of it. */
export interface SeenBatch {
  readonly items: readonly BatchItem[]
  readonly budgetMs: number
}

/** The parent's end, opened. */
export class LinkRecorder extends Recorder {
  readonly #link: Link
  readonly #replies: Reply[] = []

  constructor(link: Link) {
    super()
    this.#link = link
    link.open({
      replied: (replies) => {
        this.#replies.push(...replies)
        this.note(...replies.map(({ id, isEvent }) => `${isEvent === true ? 'event' : 'reply'} ${id}`))
      },
      closed: (reason) => this.noteClosed(reason),
    })
  }

  send(batch: readonly BatchItem[], budgetMs: number): void {
    this.#link.send(batch, budgetMs)
  }

  close(): void {
    this.#link.close()
  }

  /** The first `count` replies, when so many have come. */
  async repliesOf(count: number): Promise<readonly Reply[]> {
    await this.until(() => this.#replies.length >= count, `${count} replies`)
    return this.#replies.slice(0, count)
  }
}

/** The replica's end, opened. */
export class ChannelRecorder extends Recorder {
  readonly #channel: Channel
  readonly #batches: SeenBatch[] = []

  constructor(channel: Channel) {
    super()
    this.#channel = channel
    channel.open({
      batch: (items, budgetMs) => {
        this.#batches.push({ items, budgetMs })
        this.note(`batch ${items.map(({ id }) => id).join(' ')}`)
      },
      closed: (reason) => this.noteClosed(reason),
    })
  }

  reply(replies: readonly Reply[]): void {
    this.#channel.reply(replies)
  }

  close(): void {
    this.#channel.close()
  }

  /** The first `count` batches, when so many have come. */
  async batchesOf(count: number): Promise<readonly SeenBatch[]> {
    await this.until(() => this.#batches.length >= count, `${count} batches`)
    return this.#batches.slice(0, count)
  }
}
