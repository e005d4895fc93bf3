/** Chooses the best provider that really works. */

import { type Logger, StartError } from '@mosec/core'
import { checkNames, type Packages } from '@mosec/core/runtime'
import { installedPackages, loadOrt } from './session/load-ort.ts'
import { type Ort, type ProviderName, providerNames, versionOf } from './session/ort.ts'
import { problemText, tryProvider } from './session/try-provider.ts'

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
 * @throws StartError (`start_error`) that names each provider with its reason when none works, or a name that is none.
 */
export async function loadOnnx(options: LoadOnnxOptions): Promise<LoadedOnnx> {
  const { providers = defaultProviders, logger, packages = installedPackages } = options
  checkNames('providers', providers, providerNames)
  const ort = await loadOrt(packages)
  const passedOver: PassedOver[] = []
  for (const provider of providers) {
    const problem = await tryProvider(ort, provider, packages)
    if (problem === undefined) {
      logger.info(`onnxruntime ${versionOf(ort)} computes on ${provider}`, { provider, passedOver })
      return { ort, provider, passedOver }
    }
    passedOver.push({ provider, reason: problemText(problem) })
  }
  throw new StartError(`no onnxruntime provider works: ${passedOver.map(describe).join('; ')}`)
}

const describe = ({ provider, reason }: PassedOver): string => `${provider}: ${reason}`
