/** A web request's body, collected without ever holding more than the limit. */

import type { Context, HonoRequest } from 'hono'
import type { FaceEnv } from './face-env.ts'

/**
 * The body, also when a middleware has read it through Hono's own methods before.
 * @throws TypeError when a middleware took the body away from `c.req.raw`.
 */
export async function readHonoBody(
  hono: Context<FaceEnv>,
  limitBytes: number,
): Promise<Uint8Array | 'too large'> {
  const request = hono.req
  if (wasRead(request) || isLengthKnown(hono)) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length > limitBytes ? 'too large' : bytes
  }
  return readWebBody(request.raw, limitBytes)
}

/** Hono keeps what its methods read; such a body is read from there. */
function wasRead(request: HonoRequest): boolean {
  return request.raw.bodyUsed || Object.keys(request.bodyCache).length > 0
}

/**
 * Node lets no more bytes through than the length says, and admission has checked that; a web request may lie.
 * Then there is no need for a stream, which costs several times as much.
 */
function isLengthKnown(hono: Context<FaceEnv>): boolean {
  return hono.env?.incoming?.headers['content-length'] !== undefined
}

/** The same for a request that no middleware has seen. */
export async function readWebBody({ body }: Request, limitBytes: number): Promise<Uint8Array | 'too large'> {
  return body === null ? new Uint8Array() : readStream(body, limitBytes)
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  limitBytes: number,
): Promise<Uint8Array | 'too large'> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    sizeBytes += part.value.length
    if (sizeBytes > limitBytes) {
      // Not awaited: a source may take its time to stop, and the answer need not wait for it.
      reader.cancel().catch(() => {})
      return 'too large'
    }
    chunks.push(part.value)
  }
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, sizeBytes)
}
