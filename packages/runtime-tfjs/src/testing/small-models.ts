/** Small models for tests, built in memory and saved as TensorFlow.js saves them. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { io, LayersModel } from '@tensorflow/tfjs'
import type { Tfjs } from '../backend/tfjs.ts'

/** A dense layer whose weights are 1, so that the output is the sum of an item's inputs, twice. */
export function sumModel(tf: Tfjs, batchInputShape: (number | null)[] = [null, 3]): LayersModel {
  return tf.sequential({
    layers: [tf.layers.dense({ units: 2, useBias: false, kernelInitializer: 'ones', batchInputShape })],
  })
}

/** What `model.save()` hands to a handler. */
async function savedArtifacts(model: LayersModel): Promise<io.ModelArtifacts> {
  const saved: io.ModelArtifacts[] = []
  const modelArtifactsInfo: io.ModelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: 'JSON' }
  await model.save({
    save: async (artifacts) => {
      saved.push(artifacts)
      return { modelArtifactsInfo }
    },
  })
  const [artifacts] = saved
  if (artifacts === undefined) throw new Error('nothing was saved')
  return artifacts
}

/** Writes a model as `model.json` and two weight files, cut in the middle; returns the path of the first. */
export async function saveModel(model: LayersModel, folder: string): Promise<string> {
  const { modelTopology, format, weightSpecs = [], weightData } = await savedArtifacts(model)
  if (!(weightData instanceof ArrayBuffer)) throw new Error('expected one buffer')
  const bytes = new Uint8Array(weightData)
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin']
  const json = {
    modelTopology,
    format,
    generatedBy: 'test',
    convertedBy: null,
    weightsManifest: [{ paths, weights: weightSpecs }],
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.json'), JSON.stringify(json))
  await writeFile(join(folder, 'group1-shard1of2.bin'), bytes.subarray(0, 5))
  await writeFile(join(folder, 'group1-shard2of2.bin'), bytes.subarray(5))
  return join(folder, 'model.json')
}

const anyLength = { shape: { dim: [{ size: '-1' }] } }

const where = [
  { name: 'same', op: 'Equal', input: ['x', 'x'], attr: { T: { type: 'DT_INT32' } } },
  { name: 'y', op: 'Where', input: ['same'], attr: { T: { type: 'DT_BOOL' } } },
]

/** Integers to their indices, by way of `Where`, which is dynamic: only `executeAsync` runs this graph. */
export const indexGraph = graphOf(where)

/** Fails while `executeAsync` runs, with tensors already made: integers cannot be multiplied on wasm. */
export const failingGraph = graphOf([
  ...where,
  { name: 'z', op: 'MatMul', input: ['y', 'y'], attr: { T: { type: 'DT_INT32' } } },
])

const axis: io.WeightsManifestEntry = { name: 'axis', shape: [], dtype: 'int32' }

/** Turns a batch around the axis that its largest value names (0 is the only one), so that it must be read meanwhile. */
export const readBackGraph: io.ModelArtifacts = graphOf(
  [
    { name: 'axis', op: 'Const', attr: { dtype: { type: 'DT_INT32' } } },
    {
      name: 'largest',
      op: 'Max',
      input: ['x', 'axis'],
      attr: { T: { type: 'DT_INT32' }, keep_dims: { b: true } },
    },
    { name: 'turned', op: 'ReverseV2', input: ['x', 'largest'], attr: { T: { type: 'DT_INT32' } } },
  ],
  axis,
)

/** An operation that wasm has no kernel for; `cpu` has. */
export const imaginaryGraph: io.ModelArtifacts = graphOf([
  {
    name: 'real',
    op: 'Cast',
    input: ['x'],
    attr: { SrcT: { type: 'DT_INT32' }, DstT: { type: 'DT_FLOAT' } },
  },
  { name: 'complex', op: 'Complex', input: ['real', 'real'], attr: { T: { type: 'DT_FLOAT' } } },
  { name: 'imag', op: 'Imag', input: ['complex'], attr: { T: { type: 'DT_COMPLEX64' } } },
])

function graphOf(nodes: readonly object[], ...weightSpecs: io.WeightsManifestEntry[]): io.ModelArtifacts {
  const x = { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_INT32' }, shape: anyLength } }
  const modelTopology = { node: [x, ...nodes], versions: { producer: 1 } }
  return { modelTopology, weightSpecs, weightData: new ArrayBuffer(4 * weightSpecs.length) }
}

/** A graph that multiplies three numbers by the weights `w`, without the weights. */
export const graphTimes = {
  format: 'graph-model',
  modelTopology: {
    node: [
      {
        name: 'x',
        op: 'Placeholder',
        attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '3' }] } } },
      },
      { name: 'w', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'y', op: 'Mul', input: ['x', 'w'], attr: { T: { type: 'DT_FLOAT' } } },
    ],
    versions: { producer: 1 },
  },
}
