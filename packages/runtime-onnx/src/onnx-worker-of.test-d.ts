/** What the compiler makes of the function form. */

import { expectTypeOf, test } from 'vitest'
import type { OnnxArray, OnnxWorker } from './index.ts'
import { onnxWorker } from './index.ts'

test('types follow the functions', () => {
  const Classify = onnxWorker({
    load: () => 'model.onnx',
    preprocess: (pixels: Uint8Array) => Float32Array.from(pixels),
    postprocess: (row) => row.length,
  })
  expectTypeOf(new Classify()).toExtend<OnnxWorker<Uint8Array, number, Float32Array>>()
  expectTypeOf<Parameters<InstanceType<typeof Classify>['forward']>[0]>().toEqualTypeOf<Uint8Array[]>()
})

test('a row is of floats unless something else is said', () => {
  onnxWorker({
    load: () => 'model.onnx',
    postprocess: (row) => {
      expectTypeOf(row).toEqualTypeOf<Float32Array>()
      return 1
    },
  })
  onnxWorker({ load: () => 'model.onnx', postprocess: (row: BigInt64Array) => row[0] })
  onnxWorker({
    load: () => 'model.onnx',
    // @ts-expect-error no model gives dates
    postprocess: (row: Date[]) => row.length,
  })
})

test('collate takes what preprocess gives', () => {
  onnxWorker({
    load: () => 'model.onnx',
    preprocess: (text: string) => text.length,
    collate: (lengths, ort) => {
      expectTypeOf(lengths).toEqualTypeOf<number[]>()
      return { lengths: new ort.Tensor('int32', lengths) }
    },
    postprocess: (row: OnnxArray, text) => {
      expectTypeOf(text).toEqualTypeOf<string>()
      return row
    },
  })
})
