/** A process of its own that loads a built tfjs-node and computes with it. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { asTfjs } from '../backend/as-tfjs.ts'
import type { Tfjs } from '../backend/tfjs.ts'
import { installUtilShim } from '../backend/util-shim.ts'
import { timeProduct } from '../doctor/time-product.ts'
import type { Verdict, VerifiedAddon, VerifyTask } from './verify-addon.ts'

/** Kernels add up in different orders. */
const TOLERANCE = 1e-4

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(index))

const waves = (tf: Tfjs, shape: [number, number]) => tf.tensor2d(wave(shape[0] * shape[1]), shape)

const waves4d = (tf: Tfjs, shape: [number, number, number, number]) =>
  tf.tensor4d(wave(shape[0] * shape[1] * shape[2] * shape[3]), shape)

process.once('message', (task) => {
  // Both ends are of one version, in one folder.
  void answer(task as VerifyTask)
})

async function answer(task: VerifyTask): Promise<void> {
  process.send?.(await verdictOn(task))
  process.disconnect()
}

async function verdictOn(task: VerifyTask): Promise<Verdict> {
  try {
    return { verified: await verify(task) }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

async function verify({ projectFolder, packageName }: VerifyTask): Promise<VerifiedAddon> {
  installUtilShim()
  const tf = asTfjs(createRequire(join(projectFolder, 'package.json'))(packageName), packageName)
  await compare(tf, 'product', () => tf.matMul(waves(tf, [32, 48]), waves(tf, [48, 16])))
  await compare(tf, 'convolution', () =>
    tf.conv2d(waves4d(tf, [2, 16, 16, 3]), waves4d(tf, [3, 3, 3, 8]), 1, 'same'),
  )
  await tf.setBackend('tensorflow')
  return { ...backendFacts(tf), productMs: await timeProduct(tf) }
}

type Compute = () => ReturnType<Tfjs['tensor']>

/** Plain JavaScript is the reference: it is always there and shares no code with TensorFlow. */
async function compare(tf: Tfjs, what: string, compute: Compute): Promise<void> {
  const expected = await resultOn(tf, 'cpu', compute)
  const got = await resultOn(tf, 'tensorflow', compute)
  // NaN when one of them is, which no comparison below lets pass.
  const distances = got.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN)))
  const difference = Math.max(...distances)
  if (got.length === expected.length && difference <= TOLERANCE) return
  throw new Error(`a ${what} is wrong: it differs by ${difference} from plain JavaScript's`)
}

async function resultOn(tf: Tfjs, backend: string, compute: Compute): Promise<number[]> {
  await tf.setBackend(backend)
  const result = tf.tidy(compute)
  try {
    return Array.from(await result.data())
  } finally {
    result.dispose()
  }
}

function backendFacts(tf: Tfjs): { tensorflowVersion: string; isUsingGpu: boolean } {
  const backend: unknown = tf.backend()
  if (typeof backend !== 'object' || backend === null) throw new Error('the backend is not there')
  const binding: unknown = Reflect.get(backend, 'binding')
  const version: unknown =
    typeof binding === 'object' && binding !== null ? Reflect.get(binding, 'TF_Version') : ''
  return { tensorflowVersion: String(version), isUsingGpu: Reflect.get(backend, 'isUsingGpuDevice') === true }
}
