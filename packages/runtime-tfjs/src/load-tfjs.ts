/** Chooses the best backend that really works. */

import { type Logger, StartError } from '@mosec/core'
import { checkNames, MissingPackageError, type Packages } from '@mosec/core/runtime'
import { openCpu } from './backend/cpu.ts'
import { installSteps } from './backend/install-steps.ts'
import { checkKnownProduct } from './backend/known-product.ts'
import { installedPackages } from './backend/packages.ts'
import { openTensorflow, openTensorflowGpu } from './backend/tensorflow.ts'
import type { BackendName, OpenBackend, Tfjs } from './backend/tfjs.ts'
import { openWasm } from './backend/wasm.ts'
import { openWebgpu } from './backend/webgpu.ts'

/** All backends, best first. */
export const defaultBackends: readonly BackendName[] = [
  'tensorflow-gpu',
  'tensorflow',
  'webgpu',
  'wasm',
  'cpu',
]

/** How TensorFlow.js is loaded. */
export interface LoadTfjsOptions {
  /** Acceptable backends, the most wanted first; all of them by default. */
  readonly backends?: readonly BackendName[]
  readonly logger: Logger
  /** Where packages come from; the user's project by default. */
  readonly packages?: Packages
}

/** A backend that was tried before the chosen one. */
export interface PassedOver {
  readonly backend: BackendName
  /** Why not, and what to do about it. */
  readonly reason: string
}

/** TensorFlow.js, ready to compute. */
export interface LoadedTfjs {
  readonly tf: Tfjs
  readonly backend: BackendName
  readonly passedOver: readonly PassedOver[]
}

/**
 * Loads TensorFlow.js with the first of the backends that initialises and multiplies two matrices correctly. The active
 * backend belongs to the process, so workers that share one must ask for the same list.
 * @throws StartError (`start_error`) that names each backend with its reason when none works, or a name that is none.
 */
export async function loadTfjs(options: LoadTfjsOptions): Promise<LoadedTfjs> {
  const { backends = defaultBackends, logger, packages = installedPackages } = options
  checkNames('backends', backends, defaultBackends)
  const passedOver: PassedOver[] = []
  let cause: unknown
  for (const backend of backends) {
    try {
      const tf = await openers[backend]({ packages, isOnlyChoice: backends.length === 1 })
      await checkKnownProduct(tf)
      logger.info(`TensorFlow.js ${tf.version['tfjs-core']} computes on ${backend}`, { backend, passedOver })
      return { tf, backend, passedOver }
    } catch (error) {
      cause = error
      passedOver.push({ backend, reason: reasonOf(error, backend) })
    }
  }
  throw new StartError(`no TensorFlow.js backend works: ${passedOver.map(describe).join('; ')}`, { cause })
}

const openers: Readonly<Record<BackendName, OpenBackend>> = {
  'tensorflow-gpu': openTensorflowGpu,
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
  cpu: openCpu,
}

function reasonOf(error: unknown, backend: BackendName): string {
  if (!(error instanceof MissingPackageError)) return error instanceof Error ? error.message : String(error)
  return new MissingPackageError(error.packageName, { installStep: installSteps[backend] }).message
}

const describe = ({ backend, reason }: PassedOver): string => `${backend}: ${reason}`
