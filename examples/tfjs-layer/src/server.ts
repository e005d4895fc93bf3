/** One dense layer in TensorFlow.js: tensors in, tensors out, as msgpack. */

import { MsgpackMixin, type Tensor } from '@mosec/codec-msgpack'
import { type TensorArray, type Tfjs, type TfjsModel, TfjsWorker } from '@mosec/runtime-tfjs'
import { Server, ValidationError } from 'mosec'

const inputs = 3
const units = 2

/** One row for each input, one column for each unit. */
const kernel = [
  [1, 0.5],
  [2, -1],
  [-1, 0.25],
]
const bias = [0.5, -0.25]

/** What a client should send is a tensor; what it did send is checked below. */
type Request = Partial<Tensor> | null

/** `softmax(x * kernel + bias)` of a vector; the batch becomes one matrix. */
class Dense extends MsgpackMixin(TfjsWorker)<Request, Tensor<Float32Array>> {
  override load(tf: Tfjs): TfjsModel {
    const layer = tf.layers.dense({ inputShape: [inputs], units, activation: 'softmax' })
    const model = tf.sequential({ layers: [layer] })
    layer.setWeights([tf.tensor2d(kernel), tf.tensor1d(bias)])
    return model
  }

  override preprocess(request: Request): Float32Array {
    const { dtype = 'no dtype', shape = [], data } = request ?? {}
    if (data instanceof Float32Array && shape.length === 1 && shape[0] === inputs) return data
    throw new ValidationError(`expected a float32 tensor of shape [${inputs}], got ${dtype} of [${shape}]`)
  }

  /** The row is a view into the whole batch's output. */
  override postprocess(row: TensorArray): Tensor<Float32Array> {
    return { dtype: 'float32', shape: [units], data: Float32Array.from(row) }
  }
}

const server = new Server()
server.appendWorker(Dense, { maxBatchSize: 8 })
await server.run()
