/** Finds out whether a provider computes, and if not, what to do about it. */

import type { Packages } from '@mosec/core/runtime'
import { fetchCudaStep } from './install-steps.ts'
import { checkKnownProduct, productModel } from './known-product.ts'
import { hasCudaLibrary } from './load-ort.ts'
import type { Ort, ProviderName } from './ort.ts'

/** Why a provider cannot be used. */
export interface ProviderProblem {
  readonly what: string
  /** The next step, where one is known. */
  readonly advice?: string
  /** It is not installed, or this machine lacks the hardware: nothing is broken. */
  readonly isAbsent?: boolean
}

/** Lets the provider multiply two matrices; undefined when the product is right. */
export async function tryProvider(
  ort: Ort,
  provider: ProviderName,
  packages: Packages,
): Promise<ProviderProblem | undefined> {
  // Looked for before onnxruntime does, which would write a red line to the console each time.
  if (provider === 'cuda' && !hasCudaLibrary(packages)) return missingCudaLibrary
  try {
    await multiply(ort, provider)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return knownProblems.find(([text]) => message.includes(text))?.[1] ?? { what: message.trim() }
  }
}

/** The problem in one line. */
export function problemText({ what, advice }: ProviderProblem): string {
  return advice === undefined ? what : `${what}: ${advice}`
}

async function multiply(ort: Ort, provider: ProviderName): Promise<void> {
  const session = await ort.InferenceSession.create(productModel, { executionProviders: [provider] })
  try {
    await checkKnownProduct(ort, session)
  } finally {
    await session.release()
  }
}

const missingCudaLibrary: ProviderProblem = {
  what: 'the library of the CUDA provider is not installed',
  advice: fetchCudaStep,
  isAbsent: true,
}

/** What onnxruntime says, and what it means. */
const knownProblems: readonly (readonly [string, ProviderProblem])[] = [
  [
    'Failed to load shared library',
    {
      what: 'the library of the CUDA provider does not load',
      advice: 'look at nvidia-smi, and for CUDA 12 and cuDNN 9 in LD_LIBRARY_PATH',
    },
  ],
  [
    'Failed to get a WebGPU adapter',
    {
      what: 'WebGPU finds no adapter',
      advice: 'install the Vulkan loader (libvulkan1) and a driver for the GPU',
      isAbsent: true,
    },
  ],
  ['backend not found', { what: 'this build of onnxruntime-node does not have it', isAbsent: true }],
]
