/** The two rings of a connection, batches one way and replies the other: how they are made, found and left. */

import { closeSync, openSync, rmSync } from 'node:fs'
import { RingReader } from './ring-reader.ts'
import { RingWriter } from './ring-writer.ts'

/** What one end of a connection has of them. */
export interface RingEnds {
  /** Takes large payloads that are sent. */
  readonly out: RingWriter
  /** Gives large payloads that come. */
  readonly in: RingReader
  /** Ends the use of both; the system drops their memory once both sides have. */
  close(): void
}

/** The files, beside the socket; the third has how far each ring was read. */
const filesOf = (address: string): string[] =>
  ['batches', 'replies', 'taken'].map((name) => `${address}.${name}`)
/** Where in the third one; on different cache lines. */
const BATCHES_COUNT = 0
const REPLIES_COUNT = 64

/** The parent's: made before its replica is started. */
export class OfferedRings {
  readonly #address: string
  readonly #ends: RingEnds
  #isClaimed = false

  private constructor(address: string, ends: RingEnds) {
    this.#address = address
    this.#ends = ends
  }

  /** Makes the files; undefined when the system has no place for them. */
  static at(address: string): OfferedRings | undefined {
    try {
      const [batches, replies, fd, close] = open(filesOf(address), 'wx+')
      const out = new RingWriter(batches, { fd, offset: BATCHES_COUNT })
      const into = new RingReader(replies, { fd, offset: REPLIES_COUNT })
      return new OfferedRings(address, { out, in: into, close })
    } catch {
      return undefined
    }
  }

  /** For the replica that has connected, once; undefined when it has not opened its rings: it does not know of them. */
  claim(): RingEnds | undefined {
    if (this.#isClaimed) return undefined
    this.#isClaimed = true
    this.#unlink()
    if (this.#ends.out.hasReader) return this.#ends
    this.#ends.close()
    return undefined
  }

  /** No replica comes any more. */
  dispose(): void {
    if (this.#isClaimed) return
    this.#isClaimed = true
    this.#unlink()
    this.#ends.close()
  }

  /** Whoever has them open keeps them; so nothing is left behind, however the two processes end. */
  #unlink(): void {
    for (const file of filesOf(this.#address)) rmSync(file, { force: true })
  }
}

/** The replica's: opened before it connects, which tells the parent that it may use them. */
export function joinRings(address: string): RingEnds | undefined {
  try {
    const [batches, replies, fd, close] = open(filesOf(address), 'r+')
    const out = new RingWriter(replies, { fd, offset: REPLIES_COUNT })
    const into = new RingReader(batches, { fd, offset: BATCHES_COUNT })
    return { out, in: into, close }
  } catch {
    // The parent offers none.
    return undefined
  }
}

function open(paths: readonly string[], mode: 'r+' | 'wx+'): [number, number, number, () => void] {
  const fds: number[] = []
  let isClosed = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    for (const fd of fds) closeSync(fd)
  }
  try {
    for (const path of paths) fds.push(openSync(path, mode, 0o600))
  } catch (error) {
    close()
    throw error
  }
  const [batches = -1, replies = -1, taken = -1] = fds
  return [batches, replies, taken, close]
}
