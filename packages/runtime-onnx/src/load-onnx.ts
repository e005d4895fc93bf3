/** Chooses the best provider that really works. */

import { type Logger, StartError } from '@mosec/core'
import type { Packages } from '@mosec/core/runtime'
import { checkKnownProduct, productModel } from './session/known-product.ts'
import { hasCudaLibrary, installedPackages, loadOrt } from './session/load-ort.ts'
import { type Ort, type ProviderName, versionOf } from './session/ort.ts'

/** The providers that are tried when nothing is said, best first. */
export const defaultProviders: readonly ProviderName[] = ['cuda', 'cpu']

/** How onnxruntime is loaded. */
export interface LoadOnnxOptions {
  /**
   * Acceptable providers, the most wanted first; `cuda`, then `cpu` by default. `webgpu` must be named: onnxruntime does
   * not say whether its adapter is a GPU or software, which is slower than `cpu`.
   */
  readonly providers?: readonly ProviderName[]
  readonly logger: Logger
  /** Where packages come from; the user's project by default. */
  readonly packages?: Packages
}

/** A provider that was tried before the chosen one. */
export interface PassedOver {
  readonly provider: ProviderName
  /** Why not, and what to do about it. */
  readonly reason: string
}

/** onnxruntime, ready to compute. */
export interface LoadedOnnx {
  readonly ort: Ort
  readonly provider: ProviderName
  readonly passedOver: readonly PassedOver[]
}

/**
 * Loads onnxruntime and finds the first of the providers that initialises and multiplies two matrices correctly.
 * @throws StartError (`start_error`) that names each provider with its reason when none works.
 */
export async function loadOnnx(options: LoadOnnxOptions): Promise<LoadedOnnx> {
  const { providers = defaultProviders, logger, packages = installedPackages } = options
  const ort = await loadOrt(packages)
  const passedOver: PassedOver[] = []
  for (const provider of providers) {
    const reason = await whyNot(ort, provider, packages)
    if (reason === undefined) {
      logger.info(`onnxruntime ${versionOf(ort)} computes on ${provider}`, { provider, passedOver })
      return { ort, provider, passedOver }
    }
    passedOver.push({ provider, reason })
  }
  throw new StartError(`no onnxruntime provider works: ${passedOver.map(describe).join('; ')}`)
}

async function whyNot(ort: Ort, provider: ProviderName, packages: Packages): Promise<string | undefined> {
  if (provider === 'cuda' && !hasCudaLibrary(packages)) return missingCudaLibrary
  try {
    await tryProvider(ort, provider)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return hints.find(([text]) => message.includes(text))?.[1] ?? message.trim()
  }
}

async function tryProvider(ort: Ort, provider: ProviderName): Promise<void> {
  const session = await ort.InferenceSession.create(productModel, { executionProviders: [provider] })
  try {
    await checkKnownProduct(ort, session)
  } finally {
    await session.release()
  }
}

// Looked for before onnxruntime does, which would write a red line to the console each time.
const missingCudaLibrary =
  'the library of the CUDA provider is not installed: npm rebuild onnxruntime-node, without ' +
  'ONNXRUNTIME_NODE_INSTALL=skip, downloads it'

/** What onnxruntime says, and what it means. */
const hints: readonly (readonly [string, string])[] = [
  [
    'Failed to load shared library',
    'the library of the CUDA provider does not load: look at nvidia-smi, and for CUDA 12 and cuDNN 9 in LD_LIBRARY_PATH',
  ],
  [
    'Failed to get a WebGPU adapter',
    'WebGPU finds no adapter: install the Vulkan loader (libvulkan1) and a driver for the GPU',
  ],
  ['backend not found', 'this build of onnxruntime-node does not have it'],
]

const describe = ({ provider, reason }: PassedOver): string => `${provider}: ${reason}`
