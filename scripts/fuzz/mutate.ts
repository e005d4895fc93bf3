/** Bytes like other bytes, but for a few changes: the ones that readers of lengths and texts trip over. */

import type { Random } from './random.ts'

/** What a mutation has to work with. */
export interface Material {
  readonly random: Random
  /** Inputs that were worth keeping: pieces of them are put into others. */
  readonly corpus: readonly Uint8Array[]
  /** Words of the format. */
  readonly words: readonly Uint8Array[]
  readonly maxBytes: number
}

type Mutation = (bytes: Uint8Array, material: Material) => Uint8Array

const MAX_CHANGES = 6
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** One to six changes, cut to the longest length. */
export function mutate(bytes: Uint8Array, material: Material): Uint8Array {
  const { random, maxBytes } = material
  let changed = bytes
  for (let left = 1 + random.below(MAX_CHANGES); left > 0; left--) {
    changed = random.oneOf(mutations)(changed, material)
  }
  return changed.subarray(0, maxBytes)
}

const mutations: readonly Mutation[] = [
  function flipBit(bytes, { random }) {
    const at = random.below(bytes.length)
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte))
  },
  function anotherByte(bytes, { random }) {
    const at = random.below(bytes.length)
    return bytes.map((byte, index) => (index === at ? random.below(256) : byte))
  },
  function insert(bytes, { random }) {
    const extra = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256))
    return spliced(bytes, random.below(bytes.length + 1), 0, extra)
  },
  function remove(bytes, { random }) {
    return spliced(bytes, random.below(bytes.length), 1 + random.below(8))
  },
  function repeat(bytes, { random }) {
    const at = random.below(bytes.length)
    const piece = bytes.subarray(at, at + 1 + random.below(16))
    return spliced(bytes, at, 0, Buffer.concat(Array.from({ length: 1 + random.below(8) }, () => piece)))
  },
  function extreme(bytes, { random }) {
    const number = Buffer.alloc(4)
    number.writeUInt32BE(random.oneOf(extremes))
    const size = random.oneOf([1, 2, 4])
    return spliced(bytes, random.below(bytes.length), size, number.subarray(4 - size))
  },
  function word(bytes, { random, words }) {
    if (words.length === 0) return bytes
    const chosen = random.oneOf(words)
    return spliced(bytes, random.below(bytes.length + 1), random.oneOf([0, chosen.length]), chosen)
  },
  function cross(bytes, { random, corpus }) {
    if (corpus.length === 0) return bytes
    const other = random.oneOf(corpus)
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length)),
    ])
  },
]

function spliced(bytes: Uint8Array, at: number, without: number, extra?: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), extra ?? new Uint8Array(0), bytes.subarray(at + without)])
}
