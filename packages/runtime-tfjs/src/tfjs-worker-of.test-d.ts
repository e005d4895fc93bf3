/** What the compiler makes of the function form. */

import type { GraphModel } from '@tensorflow/tfjs'
import { expectTypeOf, test } from 'vitest'
import type { TensorArray, TfjsWorker } from './index.ts'
import { tfjsWorker } from './index.ts'

declare const graph: GraphModel

test('types follow the functions', () => {
  const Classify = tfjsWorker({
    load: () => graph,
    preprocess: (pixels: Uint8Array) => Float32Array.from(pixels),
    predict: (model, input) => model.execute(input, 'logits'),
    postprocess: (row) => row.length,
  })
  expectTypeOf(new Classify()).toExtend<TfjsWorker<Uint8Array, number, Float32Array, GraphModel>>()
  expectTypeOf<Parameters<InstanceType<typeof Classify>['forward']>[0]>().toEqualTypeOf<Uint8Array[]>()
})

test('collate takes what preprocess gives', () => {
  tfjsWorker({
    load: () => graph,
    preprocess: (text: string) => text.length,
    collate: (lengths, tf) => {
      expectTypeOf(lengths).toEqualTypeOf<number[]>()
      return tf.tensor1d(lengths)
    },
    postprocess: (row: TensorArray, text) => {
      expectTypeOf(text).toEqualTypeOf<string>()
      return row
    },
  })
})
