/** Microseconds per call of the JSON codec, beside bare `JSON` calls: `npx tsx bench/json.ts`. */

import { json } from '../src/json.ts'

const codec = json()
const values: Record<string, unknown> = {
  '100 B': { id: 12345, text: 'hello world, this is a test', numbers: [1, 2, 3], ok: true },
  '512 floats': { embedding: Array.from({ length: 512 }, Math.random) },
  '512 float32': { embedding: Float32Array.from({ length: 512 }, Math.random) },
  '20 kB text': { text: 'héllo wörld, 日本 '.repeat(1000) },
}

for (const [name, value] of Object.entries(values)) {
  const bytes = codec.encode(value)
  const buffer = Buffer.from(bytes)
  console.log(name, {
    encode: microseconds(() => codec.encode(value)),
    bareEncode: microseconds(() => Buffer.from(JSON.stringify(value))),
    decode: microseconds(() => codec.decode(bytes)),
    bareDecode: microseconds(() => JSON.parse(buffer.toString())),
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
