/** Values in Redis under keys of their own, over one connection that opens when it is needed. */

import { randomUUID } from 'node:crypto'
import { createClient, RESP_TYPES } from '@redis/client'
import { placeOf, type ResolvedRedisIpcOptions } from './options.ts'

type Client = ReturnType<typeof makeClient>

/** A connection, which may still be opening. */
interface Link {
  readonly client: Client
  readonly connected: Promise<unknown>
}

/** One replica's view of Redis. What is asked for in one turn of the event loop goes there in one go. */
export class RedisStore {
  readonly #options: ResolvedRedisIpcOptions
  readonly #keyPrefix: string
  #stored = 0
  #link: Link | undefined

  constructor(options: ResolvedRedisIpcOptions) {
    this.#options = options
    this.#keyPrefix = `${options.keyPrefix}${randomUUID()}:`
  }

  /**
   * Stores the bytes for `expiresMs`, and gives their key.
   * @throws Error when Redis is away, or full.
   */
  async put(bytes: Uint8Array): Promise<string> {
    const key = `${this.#keyPrefix}${this.#stored++}`
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const expiration = { type: 'PX', value: this.#options.expiresMs } as const
    await this.#ask(`store ${bytes.length} bytes`, (client) => client.set(key, value, { expiration }))
    return key
  }

  /**
   * The bytes under this key. They stay there until they expire: the task may have to be read again, by this replica
   * when its batch is halved, by another when this one dies.
   * @throws Error when Redis is away, or does not have them any more.
   */
  async get(key: string): Promise<Uint8Array> {
    const bytes = await this.#ask(`give ${key}`, (client) => client.get(key))
    if (bytes !== null) return bytes
    throw new Error(
      `${key} is not in Redis at ${placeOf(this.#options.url)} any more: it was restarted, its memory is full ` +
        `(maxmemory), or the task took longer than expiresMs (${this.#options.expiresMs}), which shall be above the ` +
        "service's timeout",
    )
  }

  /** Ends the connection; harmless when there is none. */
  close(): void {
    if (this.#link !== undefined) destroy(this.#link)
  }

  async #ask<T>(what: string, command: (client: Client) => Promise<T>): Promise<T> {
    const link = this.#open()
    try {
      return await this.#inTime(
        link.connected.then(() => command(link.client)),
        link,
      )
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
      const place = placeOf(this.#options.url)
      throw new Error(
        `Redis at ${place} does not ${what}: ${reason} (option url of RedisIpcMixin says where Redis is)`,
        { cause },
      )
    }
  }

  /** The connection that there is, or a new one after a loss. */
  #open(): Link {
    if (this.#link?.client.isOpen === true) return this.#link
    this.#link = openLink(this.#options)
    return this.#link
  }

  /** A Redis that is stopped or cut off neither answers nor closes; then the next one who asks connects anew. */
  async #inTime<T>(answer: Promise<T>, link: Link): Promise<T> {
    const { timeoutMs } = this.#options
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${timeoutMs} ms (timeoutMs)`))
        destroy(link)
      }, timeoutMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

function openLink(options: ResolvedRedisIpcOptions): Link {
  const client = makeClient(options)
  // Whoever waits for an answer is told; without a listener the event would end the process.
  client.on('error', () => {})
  // It must not keep a replica alive that has nothing else to do.
  return { client, connected: client.connect().then(() => client.unref()) }
}

/** What was asked and is not answered yet is rejected. */
function destroy({ client }: Link): void {
  if (client.isOpen) client.destroy()
}

/** It never connects again by itself: the store does when it has something to ask. */
function makeClient({ url, timeoutMs }: ResolvedRedisIpcOptions) {
  return createClient({
    url,
    // Understood by every Redis, and by what stands in for it.
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    socket: { reconnectStrategy: false, connectTimeout: timeoutMs },
  })
}
