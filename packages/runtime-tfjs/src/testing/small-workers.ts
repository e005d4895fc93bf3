/** Small workers for tests, on wasm. */

import { silentLogger, ValidationError, type WorkerContext } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'
import type { BackendName, Tfjs, TfjsModel } from '../backend/tfjs.ts'
import type { TensorArray } from '../tensor/item-spec.ts'
import { TfjsWorker } from '../tfjs-worker.ts'
import { indexGraph, sumModel } from './small-models.ts'

/** What a worker of a stage of batches of 8 is told. */
export const context: WorkerContext = { stage: 'model', replica: 1, maxBatchSize: 8, logger: silentLogger }

/** An item of {@link Sum}. */
export const item = (...values: number[]): Float32Array => Float32Array.from(values)

/** Adds up three numbers. */
export class Sum extends TfjsWorker<Float32Array, number> {
  override backends: readonly BackendName[] = ['wasm']
  tf: Tfjs | undefined

  override load(tf: Tfjs): TfjsModel {
    this.tf = tf
    return sumModel(tf)
  }

  override postprocess(row: TensorArray): number {
    if (row[0] === 13) throw new ValidationError('unlucky')
    return row[0] ?? Number.NaN
  }

  get tensors(): number {
    return this.tf?.memory().numTensors ?? 0
  }
}

/** The index of each item in its batch. */
export class Index extends TfjsWorker<Int32Array, number> {
  override backends: readonly BackendName[] = ['wasm']
  graph: io.ModelArtifacts = indexGraph

  override load(tf: Tfjs): Promise<TfjsModel> {
    return tf.loadGraphModel({ load: async () => this.graph })
  }

  override postprocess(row: TensorArray): number {
    return row[0] ?? Number.NaN
  }
}

/** The worker, set up. */
export async function ready<W extends { setup(context: WorkerContext): Promise<void> }>(
  worker: W,
  maxBatchSize = 8,
): Promise<W> {
  await worker.setup({ ...context, maxBatchSize })
  return worker
}
