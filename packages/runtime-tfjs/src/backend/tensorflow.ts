/** TensorFlow itself through tfjs-node's native addon, with CUDA or without. */

import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { activate, asTfjs } from './as-tfjs.ts'
import { buildCommand } from './install-steps.ts'
import { NoDeviceError } from './no-device-error.ts'
import type { OpenBackend, Tfjs } from './tfjs.ts'
import { installUtilShim } from './util-shim.ts'

const cpuPackage = '@tensorflow/tfjs-node'
const gpuPackage = '@tensorflow/tfjs-node-gpu'

/** Opens TensorFlow with CUDA; a build that finds no device does not count. */
export const openTensorflowGpu: OpenBackend = async ({ packages }) => {
  const tf = await openAddon(packages, gpuPackage)
  if (usesGpu(tf)) return tf
  throw new NoDeviceError(
    'TensorFlow finds no CUDA device',
    'look at nvidia-smi, CUDA_VISIBLE_DEVICES and the CUDA libraries (LD_LIBRARY_PATH)',
  )
}

/** Opens TensorFlow on the CPU, from whichever of the two packages is installed. */
export const openTensorflow: OpenBackend = async ({ packages }) => {
  try {
    return await openAddon(packages, cpuPackage)
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error
    return openAddon(packages, gpuPackage).catch((gpuError: unknown) => {
      throw gpuError instanceof MissingPackageError ? error : gpuError
    })
  }
}

async function openAddon(packages: Packages, packageName: string): Promise<Tfjs> {
  installUtilShim()
  const tf = asTfjs(await loadAddon(packages, packageName), packageName)
  await activate(tf, 'tensorflow')
  return tf
}

async function loadAddon(packages: Packages, packageName: string): Promise<unknown> {
  try {
    return await packages.load(packageName)
  } catch (cause) {
    if (!(cause instanceof Error) || !isAddonProblem(cause)) throw cause
    throw new Error(
      `the native addon of "${packageName}" is missing or does not load: ${buildCommand}${packageName === gpuPackage ? ' --gpu' : ''}`,
      { cause },
    )
  }
}

// tfjs-node's own text when the file is missing; dlopen's when it is there and one of its libraries is not.
function isAddonProblem(error: Error): boolean {
  return (
    /tfjs_binding|native addon/i.test(error.message) || Reflect.get(error, 'code') === 'ERR_DLOPEN_FAILED'
  )
}

function usesGpu(tf: Tfjs): boolean {
  const backend: unknown = tf.backend()
  return typeof backend === 'object' && backend !== null && Reflect.get(backend, 'isUsingGpuDevice') === true
}
