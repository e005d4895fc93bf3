/** `@mosec/codec-msgpack`: MessagePack at the two ends of a pipeline. */

export { msgpack } from './msgpack.ts'
export { MsgpackMixin } from './msgpack-mixin.ts'
export type { Tensor, TypedArray } from './tensor.ts'
