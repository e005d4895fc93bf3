/** A replica without a process: a channel and a control in memory, and every reply it gave. */

import {
  type AnyWorker,
  type BatchItem,
  type Channel,
  type ChannelEvents,
  type Logger,
  type OutcomeCode,
  packState,
  type Reply,
  systemClock,
} from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import {
  type ReplicaControl,
  type ReplicaControlEvents,
  type ReplicaMessage,
  type ServeReplicaOptions,
  serveReplica,
} from '../src/index.ts'

/** Bits of an item that is decoded and encoded by codec. */
const BOTH_ENDS = packState({ isIngress: true, isEgress: true, requestCodec: 0, responseCodec: 0 })

const utf8 = new TextEncoder()

/** An item at both ends of its pipeline. */
export const item = (id: number, text: string, state = BOTH_ENDS): BatchItem => ({
  id,
  state,
  bytes: utf8.encode(text),
})

/** A final reply, as a test compares it. */
export interface Answer {
  readonly code: OutcomeCode
  readonly text: string
}

/** One log line. */
export interface Line {
  readonly level: string
  readonly message: string
}

export class ReplicaRig {
  readonly messages: ReplicaMessage[] = []
  readonly lines: Line[] = []
  /** Every `channel.reply`, in order. */
  readonly groups: (readonly Reply[])[] = []
  readonly finished: Promise<void>
  isChannelClosed = false
  channel: ChannelEvents | undefined
  control: ReplicaControlEvents | undefined
  readonly #waiting: { readonly isDone: () => boolean; readonly resolve: () => void }[] = []

  constructor(worker: AnyWorker, options: Partial<ServeReplicaOptions> = {}) {
    this.finished = serveReplica({
      worker,
      stage: 'test',
      replica: 1,
      maxBatchSize: 32,
      timeoutMs: 0,
      onBatchError: 'isolate',
      connect: () => Promise.resolve(this.#channel()),
      control: this.#control(),
      clock: systemClock,
      logger: this.#logger(),
      ...options,
    })
    this.finished.catch(() => {})
  }

  /** Replies of all groups in one list. */
  get replies(): readonly Reply[] {
    return this.groups.flat()
  }

  /** Ready for batches. */
  async ready(): Promise<this> {
    await this.until(() => this.channel !== undefined)
    return this
  }

  send(items: readonly BatchItem[], budgetMs = 0): void {
    this.channel?.batch(items, budgetMs)
  }

  cancel(...ids: number[]): void {
    this.control?.message({ type: 'mosec:cancel', ids })
  }

  grant(id: number, credit: number): void {
    this.control?.message({ type: 'mosec:grant', grants: [{ id, credit }] })
  }

  drain(): void {
    this.control?.message({ type: 'mosec:drain' })
  }

  /** Sends the texts as one batch (ids from `firstId`), and waits for all answers. */
  async ask(texts: readonly string[], firstId = 1): Promise<Answer[]> {
    this.send(texts.map((text, index) => item(firstId + index, text)))
    return Promise.all(texts.map((_, index) => this.answer(firstId + index)))
  }

  /** The final reply to this id. */
  async answer(id: number): Promise<Answer> {
    await this.until(() => this.finals(id).length > 0)
    const [reply] = this.finals(id)
    if (reply === undefined) throw new Error(`no reply to ${id}`)
    return { code: reply.code, text: Buffer.from(reply.bytes).toString() }
  }

  /** All final replies to this id; a correct replica gives one. */
  finals(id: number): readonly Reply[] {
    return this.replies.filter((reply) => reply.id === id && reply.isEvent !== true)
  }

  events(id: number): string[] {
    return this.replies
      .filter((reply) => reply.id === id && reply.isEvent === true)
      .map((reply) => Buffer.from(reply.bytes).toString())
  }

  /** Waits for a condition that a reply, a message or a log line makes true. */
  until(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ isDone, resolve }))
  }

  #changed(): void {
    for (const wait of this.#waiting) if (wait.isDone()) wait.resolve()
  }

  #channel(): Channel {
    return {
      open: (events) => {
        this.channel = events
        this.#changed()
      },
      reply: (replies) => {
        this.groups.push(replies)
        this.#changed()
      },
      close: () => {
        this.isChannelClosed = true
        this.#changed()
      },
    }
  }

  #control(): ReplicaControl {
    return {
      open: (events) => {
        this.control = events
      },
      send: (message) => {
        this.messages.push(message)
        this.#changed()
      },
      close: () => Promise.resolve(),
    }
  }

  #logger(): Logger {
    const log =
      (level: string) =>
      (message: string): void => {
        this.lines.push({ level, message })
        this.#changed()
      }
    return { debug: log('debug'), info: log('info'), warning: log('warning'), error: log('error') }
  }
}

/** A gate that a test opens. */
export class Gate {
  open: () => void = () => {}
  readonly passed = new Promise<void>((resolve) => {
    this.open = resolve
  })
}

/** Lets the event loop turn once. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Time by hand, turns of the event loop as they come. */
export class HandClock extends FakeClock {
  override soon(callback: () => void): void {
    setImmediate(callback)
  }
}
