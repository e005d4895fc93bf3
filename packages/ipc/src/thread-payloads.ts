/** Payloads on their way between threads: small ones in one buffer, large ones in buffers of their own, moved or shared. */

import { LARGE_BYTES } from '@mosec/core'

/** Payloads in order; each is the next of `large` when its length says so, and the next part of `small` otherwise. */
export interface PackedPayloads {
  readonly lengths: readonly number[]
  readonly small: ArrayBuffer
  readonly large: readonly (ArrayBuffer | SharedArrayBuffer)[]
}

/** How large payloads leave their sender. */
export interface Leaving {
  /** `copied` keeps the sender's bytes as they are; `moved` takes a buffer away from it that holds nothing else. */
  readonly how: 'copied' | 'moved'
  /** Bytes at the start of shared memory that nobody changes until it is given back: both sides look at them. */
  readonly isShared: (payload: Uint8Array) => boolean
}

/** Packs payloads for `postMessage`, which would otherwise clone the whole buffer behind each view. */
export function packPayloads(payloads: readonly Uint8Array[], leaving: Leaving): PackedPayloads {
  const lengths = payloads.map(({ byteLength }) => byteLength)
  const small = new Uint8Array(
    lengths.reduce((sum, length) => (length < LARGE_BYTES ? sum + length : sum), 0),
  )
  const large: (ArrayBuffer | SharedArrayBuffer)[] = []
  let offset = 0
  for (const payload of payloads) {
    if (payload.byteLength >= LARGE_BYTES) {
      large.push(bufferOf(payload, leaving))
      continue
    }
    small.set(payload, offset)
    offset += payload.byteLength
  }
  return { lengths, small: small.buffer, large }
}

/** What `postMessage` is to move instead of cloning. */
export const buffersOf = ({ small, large }: PackedPayloads): ArrayBuffer[] => [
  small,
  ...large.filter((buffer) => buffer instanceof ArrayBuffer),
]

/** The payloads again, as views. */
export function unpackPayloads({ lengths, small, large }: PackedPayloads): Uint8Array[] {
  let offset = 0
  let next = 0
  return lengths.map((length) => {
    if (length >= LARGE_BYTES) return new Uint8Array(large[next++] ?? new ArrayBuffer(length), 0, length)
    offset += length
    return new Uint8Array(small, offset - length, length)
  })
}

function bufferOf(payload: Uint8Array, { how, isShared }: Leaving): ArrayBuffer | SharedArrayBuffer {
  if (payload.buffer instanceof SharedArrayBuffer && isShared(payload)) return payload.buffer
  return how === 'moved' ? (ownBuffer(payload) ?? copyOf(payload)) : copyOf(payload)
}

/** The buffer behind a payload, when it holds that payload and nothing else. */
function ownBuffer({ buffer, byteLength }: Uint8Array): ArrayBuffer | undefined {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? buffer : undefined
}

function copyOf(payload: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(payload.byteLength)
  copy.set(payload)
  return copy.buffer
}
