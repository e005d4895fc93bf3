/** What was said with real Python replicas, and is said with the fake one where there is no Python. */

import { fileURLToPath } from 'node:url'
import { encode } from '@mosec/python/common-form'
import type { Turn } from './raw-conversation.ts'

/** Values of every kind that crosses. */
export const everything = {
  float32: new Float32Array([1.5, -2]),
  int64: new BigInt64Array([-1n]),
  image: { data: new Uint8Array([1, 2, 3, 4, 5, 6]), shape: [1, 2, 3], dtype: 'uint8' },
  bytes: Buffer.from('bytes'),
  text: 'tëxt',
  whole: 7,
  negative: -70_000,
  broken: 0.5,
  yes: true,
  nothing: null,
  list: [1, [2]],
}

const turn = (frames: number, ...values: readonly unknown[]): Turn => ({
  payloads: values.map(encode),
  frames,
})

/** By worker of `fixtures/workers.py`: the tasks it gets, frame by frame. */
export const cases: Readonly<
  Record<string, { readonly maxBatchSize: number; readonly turns: readonly Turn[] }>
> = {
  Arrays: { maxBatchSize: 1, turns: [turn(1, everything)] },
  Square: {
    maxBatchSize: 8,
    turns: [
      turn(1, { x: 3 }, { x: 1, error: 'validation' }),
      turn(1, { x: 3 }),
      turn(1, { x: 1, error: 'validation' }),
      turn(1, { x: 1, error: 'bug' }),
    ],
  },
  Stream: { maxBatchSize: 2, turns: [turn(3, { count: 2 })] },
}

/** Where the recording lies: by worker, pairs of what was sent and what was answered, in hex. */
export const recordingFile = fileURLToPath(new URL('fixtures/recorded.json', import.meta.url))
