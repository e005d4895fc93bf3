/** Payloads on their way between threads: small ones in one buffer, large ones in buffers of their own, all moved. */

/** From here on a payload gets a buffer of its own, in bytes. */
const LARGE_BYTES = 64 * 1024

/** Payloads in order; each is the next of `large` when its length says so, and the next part of `small` otherwise. */
export interface PackedPayloads {
  readonly lengths: readonly number[]
  readonly small: ArrayBuffer
  readonly large: readonly ArrayBuffer[]
}

/** How a payload leaves its sender. */
export type Leaving = 'copied' | 'moved'

/**
 * Packs payloads for `postMessage`, which would otherwise clone the whole buffer behind each view.
 * @param leaving `copied` keeps the sender's bytes as they are; `moved` takes a large payload's buffer away from the
 * sender when nothing else is in it.
 */
export function packPayloads(payloads: readonly Uint8Array[], leaving: Leaving): PackedPayloads {
  const lengths = payloads.map(({ byteLength }) => byteLength)
  const small = new Uint8Array(
    lengths.reduce((sum, length) => (length < LARGE_BYTES ? sum + length : sum), 0),
  )
  const large: ArrayBuffer[] = []
  let offset = 0
  for (const payload of payloads) {
    if (payload.byteLength >= LARGE_BYTES) {
      large.push(leaving === 'moved' ? (ownBuffer(payload) ?? copyOf(payload)) : copyOf(payload))
      continue
    }
    small.set(payload, offset)
    offset += payload.byteLength
  }
  return { lengths, small: small.buffer, large }
}

/** What `postMessage` is to move instead of cloning. */
export const buffersOf = ({ small, large }: PackedPayloads): ArrayBuffer[] => [small, ...large]

/** The payloads again, as views. */
export function unpackPayloads({ lengths, small, large }: PackedPayloads): Uint8Array[] {
  let offset = 0
  let next = 0
  return lengths.map((length) => {
    if (length >= LARGE_BYTES) return new Uint8Array(large[next++] ?? new ArrayBuffer(0))
    offset += length
    return new Uint8Array(small, offset - length, length)
  })
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
