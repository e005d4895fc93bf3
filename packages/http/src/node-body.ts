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
 * Collects the body. One that came in one piece is passed as it is: no copy.
 * After `too large` nothing is listening, and the rest of the body is still on its way.
 */
export function readNodeBody(request: NodeRequest, options: BodyOptions, done: BodyRead): void {
  let first: Buffer | undefined
  let chunks: Buffer[] | undefined
  let sizeBytes = 0

  function onData(chunk: Buffer): void {
    sizeBytes += chunk.length
    if (sizeBytes > options.limitBytes) stop()
    else if (first === undefined) first = chunk
    else if (chunks === undefined) chunks = [first, chunk]
    else chunks.push(chunk)
  }

  function onEnd(): void {
    if (chunks === undefined) done({ bytes: first ?? EMPTY, release: undefined })
    else if (sizeBytes < LARGE_BYTES) done({ bytes: Buffer.concat(chunks, sizeBytes), release: undefined })
    else done(joined(chunks, sizeBytes, options.pool))
  }

  function stop(): void {
    request.removeListener('data', onData)
    request.removeListener('end', onEnd)
    first = undefined
    chunks = undefined
    done('too large')
  }

  request.on('data', onData)
  request.on('end', onEnd)
}

/** The pool's memory is taken when all is there: a length that a client only claims costs nothing. */
function joined(chunks: readonly Buffer[], sizeBytes: number, pool: BlockPool<ArrayBuffer>): ReadBody {
  const block = pool.take(sizeBytes)
  const bytes = Buffer.from(block, 0, sizeBytes)
  let at = 0
  for (const chunk of chunks) at += chunk.copy(bytes, at)
  return { bytes, release: () => pool.give(block) }
}

const EMPTY = Buffer.alloc(0)
