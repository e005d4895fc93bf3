/** Connections that are free, the latest first; a new one when there is none. */

import { Connection } from './connection.ts'

/** Opened side by side before the load: Node's servers accept one connection per turn of their event loop. */
const OPENING = 32

export class ConnectionPool {
  readonly #port: number
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  /** How many were ever opened. */
  opened = 0

  constructor(port: number) {
    this.#port = port
  }

  take(): Connection {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#all.has(idle)) return idle
    }
    return this.#open()
  }

  /** Opens so many ahead of the load. */
  async fill(count: number): Promise<void> {
    for (let left = count; left > 0; left -= OPENING) {
      const opening = Array.from({ length: Math.min(OPENING, left) }, () => this.#open())
      await Promise.all(opening.map((connection) => connection.opened()))
      this.#idle.push(...opening)
    }
  }

  close(): void {
    for (const connection of this.#all) connection.leave()
  }

  #open(): Connection {
    this.opened++
    const connection = new Connection({
      port: this.#port,
      onIdle: (idle) => this.#idle.push(idle),
      onGone: (gone) => this.#all.delete(gone),
    })
    this.#all.add(connection)
    return connection
  }
}
