/** Loads one provider and measures it. */

import type { BackendTiming, Finding } from '@mosec/core'
import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { installSteps } from '../session/install-steps.ts'
import { installedPackages, loadOrt } from '../session/load-ort.ts'
import { type Ort, type ProviderName, providerNames, versionOf } from '../session/ort.ts'
import { tryProvider } from '../session/try-provider.ts'
import { timeProduct } from './time-product.ts'

/** A provider that cannot be used is a finding, not an error. */
export async function examineProvider(
  name: string,
  packages: Packages = installedPackages,
): Promise<Finding> {
  const subject = `onnx/${name}`
  const provider = providerNames.find((known) => known === name)
  if (provider === undefined) {
    const summary = `there is no such provider; there are ${providerNames.join(', ')}`
    return { subject, status: 'problem', summary }
  }
  const startedMs = performance.now()
  try {
    const ort = await loadOrt(packages)
    return { subject, ...(await examine(ort, { provider, packages, startedMs })) }
  } catch (error) {
    return { subject, ...failureOf(error, provider) }
  }
}

interface Examination {
  readonly provider: ProviderName
  readonly packages: Packages
  readonly startedMs: number
}

async function examine(
  ort: Ort,
  { provider, packages, startedMs }: Examination,
): Promise<Omit<Finding, 'subject'>> {
  const problem = await tryProvider(ort, provider, packages)
  if (problem !== undefined) {
    const { what, advice, isAbsent = false } = problem
    return { status: isAbsent ? 'absent' : 'problem', summary: what, ...(advice && { nextStep: advice }) }
  }
  const loadMs = performance.now() - startedMs
  const timing: BackendTiming = { loadMs, productMs: await timeProduct(ort, provider) }
  const onnxruntimeVersion = versionOf(ort)
  return {
    status: 'ok',
    summary: `onnxruntime ${onnxruntimeVersion}`,
    details: { ...timing, onnxruntimeVersion },
  }
}

function failureOf(error: unknown, provider: ProviderName): Omit<Finding, 'subject'> {
  if (error instanceof Error && error.cause instanceof MissingPackageError) {
    const nextStep = installSteps[provider]
    return { status: 'absent', summary: 'onnxruntime-node is not installed', nextStep }
  }
  const summary = error instanceof Error ? error.message : String(error)
  return { status: 'problem', summary, nextStep: 'npm install onnxruntime-node@latest' }
}
