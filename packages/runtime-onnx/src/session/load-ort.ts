/** Loads onnxruntime from the user's project. */

import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartError } from '@mosec/core'
import { MissingPackageError, type Packages, packagesSeenFrom } from '@mosec/core/runtime'
import { installSteps } from './install-steps.ts'
import type { Ort } from './ort.ts'

const packageName = 'onnxruntime-node'

/** What is installed where the program runs. */
export const installedPackages: Packages = packagesSeenFrom(import.meta.url)

/**
 * The module.
 * @throws StartError (`start_error`) with the next step when it is not installed or its addon does not load.
 */
export async function loadOrt(packages: Packages): Promise<Ort> {
  const module = await packages.load(packageName).catch((cause: unknown) => {
    throw new StartError(problemOf(cause), { cause })
  })
  if (isOrt(module)) return module
  throw new StartError(`"${packageName}" does not export InferenceSession: npm install ${packageName}@latest`)
}

/** Is the library of the CUDA provider installed? It does not come with the package: its install script fetches it. */
export function hasCudaLibrary(packages: Packages): boolean {
  const folder = join(dirname(packages.resolve(packageName)), '..', 'bin')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.some(
    (file) => file.includes(join(process.platform, process.arch)) && /providers_cuda\./.test(file),
  )
}

function problemOf(cause: unknown): string {
  if (cause instanceof MissingPackageError) {
    const { cpu, cuda } = installSteps
    const { message } = new MissingPackageError(packageName, { installStep: cpu })
    return `${message} (${cuda} for CUDA)`
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return `"${packageName}" does not load here (${process.platform}, ${process.arch}): ${reason}`
}

function isOrt(module: unknown): module is Ort {
  return typeof module === 'object' && module !== null && 'InferenceSession' in module && 'Tensor' in module
}
