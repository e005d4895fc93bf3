/** `@mosec/runtime-onnx`: ONNX models as workers. */

export { MissingPackageError, type Packages, packageFile } from '@mosec/core/runtime'
export * from './load-onnx.ts'
export type { OnnxModelSource } from './model/open-session.ts'
export { OnnxWorker } from './onnx-worker.ts'
export { type OnnxWorkerOptions, onnxWorker } from './onnx-worker-of.ts'
export type {
  OnnxFeeds,
  OnnxOutputs,
  OnnxSession,
  OnnxSessionOptions,
  OnnxTensor,
  Ort,
  ProviderName,
} from './session/ort.ts'
export type { OnnxArray } from './tensor/element-type.ts'
export { halfTensor } from './tensor/half-tensor.ts'
export type { ItemValues, OnnxValues, ShapedValues } from './tensor/item-spec.ts'
export type { OutputRow, OutputRows } from './tensor/run-model.ts'
