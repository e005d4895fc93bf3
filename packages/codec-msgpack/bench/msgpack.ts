/** Microseconds per call of the MessagePack codec, beside bare msgpackr: `npx tsx bench/msgpack.ts`. */

import { Packr } from 'msgpackr'
import { msgpack } from '../src/msgpack.ts'

const codec = msgpack()
const bare = new Packr({ useRecords: false })
const values: Record<string, unknown> = {
  '100 B': { id: 12345, text: 'hello world, this is a test', numbers: [1, 2, 3], ok: true },
  '512 floats': { embedding: Array.from({ length: 512 }, Math.random) },
  '512 float32': { embedding: Float32Array.from({ length: 512 }, Math.random) },
  '20 kB text': { text: 'héllo wörld, 日本 '.repeat(1000) },
  'tensor of 600 KiB': { data: new Float32Array(153_600), shape: [160, 320, 3], dtype: 'float32' },
}

for (const [name, value] of Object.entries(values)) {
  const bytes = codec.encode(value)
  const bareBytes = bare.pack(value)
  console.log(name, {
    encode: microseconds(() => codec.encode(value)),
    bareEncode: microseconds(() => bare.pack(value)),
    decode: microseconds(() => codec.decode(bytes)),
    bareDecode: microseconds(() => bare.unpack(bareBytes)),
  })
}

/** Median of nine rounds of 20 ms each. */
function microseconds(action: () => unknown): number {
  const rounds = Array.from({ length: 9 }, () => round(action)).sort((a, b) => a - b)
  return Number(rounds[4]?.toFixed(2))
}

function round(action: () => unknown): number {
  const startMs = performance.now()
  let calls = 0
  while (performance.now() - startMs < 20) {
    for (let i = 0; i < 20; i++) action()
    calls += 20
  }
  return ((performance.now() - startMs) / calls) * 1000
}
