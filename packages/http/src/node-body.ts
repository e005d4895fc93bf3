/** A node request's body, collected without ever holding more than the limit. */

import { type BlockPool, LARGE_BYTES } from '@mosec/core'
import type { NodeRequest } from './node-messages.ts'

/** Told once, and not at all when the client leaves first. */
export type BodyRead = (body: ReadBody | 'too large') => void

/** A whole body. */
export interface ReadBody {
  readonly bytes: Uint8Array
  /** Gives the memory of a large one back to the pool, when nobody looks at it any more. */
  readonly release: (() => void) | undefined
}

/** Where bodies are put together. */
export interface BodyOptions {
  readonly limitBytes: number
  /** Memory of large ones, used again: new memory for each would be most of their cost. */
  readonly pool: BlockPool<ArrayBuffer>
}

/**
 * Collects the body. One that came in one piece is passed as it is: no copy. A large one is put together while it
 * comes: pieces that are kept for long drive the garbage collector.
 * After `too large` nothing is listening, and the rest of the body is still on its way.
 */
export function readNodeBody(request: NodeRequest, options: BodyOptions, done: BodyRead): void {
  const { limitBytes, pool } = options
  const claimedBytes = Number(request.headers['content-length'] ?? 0)
  let first: Buffer | undefined
  let chunks: Buffer[] | undefined
  let gathered: Buffer<ArrayBuffer> | undefined
  let sizeBytes = 0

  function onData(chunk: Buffer): void {
    const at = sizeBytes
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) stop()
    else if (gathered !== undefined) chunk.copy(gathered, at)
    else {
      if (first === undefined) first = chunk
      else if (chunks === undefined) chunks = [first, chunk]
      else chunks.push(chunk)
      if (isWorthABlock(claimedBytes, sizeBytes)) {
        gathered = gather(chunks ?? [first], claimedBytes, pool)
        first = undefined
        chunks = undefined
      }
    }
  }

  function onEnd(): void {
    if (gathered === undefined && chunks !== undefined && sizeBytes >= LARGE_BYTES)
      gathered = gather(chunks, sizeBytes, pool)
    if (gathered !== undefined) done(pooled(gathered, pool))
    else if (chunks === undefined) done({ bytes: first ?? EMPTY, release: undefined })
    else done({ bytes: Buffer.concat(chunks, sizeBytes), release: undefined })
  }

  function stop(): void {
    request.removeListener('data', onData)
    request.removeListener('end', onEnd)
    first = undefined
    chunks = undefined
    gathered = undefined
    done('too large')
  }

  request.on('data', onData)
  request.on('end', onEnd)
}

/** Is more to come, and has enough come already to believe the length? One that is only claimed shall cost little. */
const isWorthABlock = (claimedBytes: number, sizeBytes: number): boolean =>
  claimedBytes >= LARGE_BYTES && sizeBytes < claimedBytes && claimedBytes <= BELIEF * sizeBytes

/** So many times what has come is believed. */
const BELIEF = 4

/** Memory of the pool, with these pieces at its start. */
function gather(
  pieces: readonly Buffer[],
  lengthBytes: number,
  pool: BlockPool<ArrayBuffer>,
): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(pool.take(lengthBytes), 0, lengthBytes)
  let at = 0
  for (const piece of pieces) at += piece.copy(bytes, at)
  return bytes
}

const pooled = (bytes: Buffer<ArrayBuffer>, pool: BlockPool<ArrayBuffer>): ReadBody => ({
  bytes,
  release: () => pool.give(bytes.buffer),
})

const EMPTY = Buffer.alloc(0)
