/** Stage 2: where in the clip does somebody speak? With Silero's model inside the npm package @ricky0123/vad-web. */

import { JsonMixin } from '@mosec/codec-json'
import {
  type OnnxFeeds,
  type OnnxSession,
  type OnnxTensor,
  OnnxWorker,
  type Ort,
  packageFile,
} from '@mosec/runtime-onnx'
import { findSegments, type Segment } from './segments.ts'
import { sampleRate } from './wav.ts'

/** The model hears so many samples at a time (32 ms), after the last of those before. */
const windowSize = 512
const contextSize = 64
/** Numbers that it keeps from window to window, twice for each clip. */
const stateSize = 128

/** Windows of a clip; the last one may be filled up with silence. */
const windowsOf = (clip: Float32Array): number => Math.max(1, Math.ceil(clip.length / windowSize))

export default class Detect extends JsonMixin(OnnxWorker)<
  Float32Array,
  Segment[],
  Float32Array,
  Float32Array
> {
  override example = [new Float32Array(windowSize)]

  override load(): URL {
    return packageFile('@ricky0123/vad-web', 'dist/silero_vad_v5.onnx', import.meta.url)
  }

  /** All clips in one tensor, each after the context of its first window; shorter ones end in silence. */
  override collate(clips: Float32Array[], ort: Ort): OnnxFeeds {
    const length = contextSize + Math.max(...clips.map(windowsOf)) * windowSize
    const samples = new Float32Array(clips.length * length)
    clips.forEach((clip, n) => {
      samples.set(clip, n * length + contextSize)
    })
    return { clips: new ort.Tensor('float32', samples, [clips.length, length]) }
  }

  /** One window of every clip at a time, since each needs the state that the one before it left. */
  override async predict(session: OnnxSession, feeds: OnnxFeeds, ort: Ort): Promise<OnnxTensor> {
    const [count = 0, length = 0] = feeds['clips']?.dims ?? []
    const clips = feeds['clips']?.data as Float32Array
    const windows = (length - contextSize) / windowSize
    const probabilities = new Float32Array(count * windows)
    const sr = new ort.Tensor('int64', BigInt64Array.of(BigInt(sampleRate)), [])
    let state: OnnxTensor = new ort.Tensor('float32', new Float32Array(2 * count * stateSize), [
      2,
      count,
      stateSize,
    ])
    for (let window = 0; window < windows; window += 1) {
      const input = windowOf(clips, { count, length, window }, ort)
      const { output, stateN } = await session.run({ input, state, sr })
      if (output === undefined || stateN === undefined) throw new Error('the model has other outputs')
      state = stateN
      ;(output.data as Float32Array).forEach((probability, n) => {
        probabilities[n * windows + window] = probability
      })
    }
    return new ort.Tensor('float32', probabilities, [count, windows])
  }

  override postprocess(row: Float32Array, clip: Float32Array): Segment[] {
    return findSegments(row.subarray(0, windowsOf(clip)), (1000 * windowSize) / sampleRate)
  }
}

interface Place {
  readonly count: number
  /** Of a clip, in samples. */
  readonly length: number
  readonly window: number
}

/** The samples of one window of each clip, with their context. */
function windowOf(clips: Float32Array, { count, length, window }: Place, ort: Ort): OnnxTensor {
  const size = contextSize + windowSize
  const samples = new Float32Array(count * size)
  for (let n = 0; n < count; n += 1) {
    const start = n * length + window * windowSize
    samples.set(clips.subarray(start, start + size), n * size)
  }
  return new ort.Tensor('float32', samples, [count, size])
}
