/** A node request's body, collected without ever holding more than the limit. */

import type { NodeRequest } from './node-messages.ts'

/** Told once, and not at all when the client leaves first. */
export type BodyRead = (body: Uint8Array | 'too large') => void

/**
 * Collects the body. One that came in one piece is passed as it is: no copy.
 * After `too large` nothing is listening, and the rest of the body is still on its way.
 */
export function readNodeBody(request: NodeRequest, limitBytes: number, done: BodyRead): void {
  let first: Buffer | undefined
  let chunks: Buffer[] | undefined
  let sizeBytes = 0

  function onData(chunk: Buffer): void {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) stop()
    else if (first === undefined) first = chunk
    else if (chunks === undefined) chunks = [first, chunk]
    else chunks.push(chunk)
  }

  function onEnd(): void {
    if (chunks !== undefined) done(Buffer.concat(chunks, sizeBytes))
    else done(first ?? EMPTY)
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

const EMPTY = Buffer.alloc(0)
