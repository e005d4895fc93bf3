/** Loads one backend and measures it. */

import { type BackendTiming, type Finding, silentLogger } from '@mosec/core'
import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { buildCommand, installSteps } from '../backend/install-steps.ts'
import { NoDeviceError } from '../backend/no-device-error.ts'
import { installedPackages } from '../backend/packages.ts'
import type { BackendName, Tfjs } from '../backend/tfjs.ts'
import { softwareAdapter } from '../backend/webgpu.ts'
import { defaultBackends, loadTfjs } from '../load-tfjs.ts'
import { timeProduct } from './time-product.ts'

/** A backend that cannot be used is a finding, not an error. */
export async function examineBackend(name: string, packages: Packages = installedPackages): Promise<Finding> {
  const subject = `tfjs/${name}`
  if (!isBackendName(name)) {
    const summary = `there is no such backend; there are ${defaultBackends.join(', ')}`
    return { subject, status: 'problem', summary }
  }
  try {
    return { subject, ...(await measure(name, packages)) }
  } catch (error) {
    return { subject, ...failureOf(name, error) }
  }
}

async function measure(backend: BackendName, packages: Packages): Promise<Omit<Finding, 'subject'>> {
  const startedMs = performance.now()
  const { tf } = await loadTfjs({ backends: [backend], logger: silentLogger, packages })
  const timing: BackendTiming = { loadMs: performance.now() - startedMs, productMs: await timeProduct(tf) }
  const versions = { tfjsVersion: tf.version['tfjs-core'], tensorflowVersion: tensorflowVersionOf(tf) }
  const engine = versions.tensorflowVersion === undefined ? '' : `, TensorFlow ${versions.tensorflowVersion}`
  const summary = `TensorFlow.js ${versions.tfjsVersion}${engine}`
  const details = { ...timing, ...versions }
  const software = backend === 'webgpu' ? await softwareAdapter() : undefined
  if (software === undefined) return { status: 'ok', summary, details }
  return {
    status: 'warning',
    summary: `${summary} on a software adapter (${software}), which is slower than wasm`,
    nextStep: 'install a driver for the GPU, or use wasm',
    details,
  }
}

function tensorflowVersionOf(tf: Tfjs): string | undefined {
  const backend: unknown = tf.backend()
  const binding: unknown =
    typeof backend === 'object' && backend !== null ? Reflect.get(backend, 'binding') : undefined
  const version: unknown =
    typeof binding === 'object' && binding !== null ? Reflect.get(binding, 'TF_Version') : undefined
  return typeof version === 'string' ? version : undefined
}

/** The loader's error has the backend's own as its cause. */
function failureOf(backend: BackendName, error: unknown): Pick<Finding, 'status' | 'summary' | 'nextStep'> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const summary = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof MissingPackageError) {
    return { status: 'absent', summary: 'its packages are not installed', nextStep: installSteps[backend] }
  }
  if (cause instanceof NoDeviceError)
    return { status: 'absent', summary: cause.what, nextStep: cause.nextStep }
  return { status: 'problem', summary, nextStep: repairSteps[backend] }
}

const repairSteps: Readonly<Record<BackendName, string>> = {
  'tensorflow-gpu': `${buildCommand} --gpu`,
  tensorflow: buildCommand,
  webgpu: 'npm install webgpu@latest @tensorflow/tfjs-backend-webgpu, and update the Vulkan driver',
  wasm: 'npm ls @tensorflow/tfjs-core must show one version; then npm install @tensorflow/tfjs-backend-wasm',
  cpu: 'npm ls @tensorflow/tfjs-core must show one version',
}

const isBackendName = (name: string): name is BackendName =>
  defaultBackends.some((backend) => backend === name)
