/** CUDA and cuDNN: what is there, and who wants which. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'
import { findLibraries } from './libraries.ts'

/** Whose package says so. */
const cudaWanted = {
  'tfjs-node-gpu as installed': 'CUDA 11.2, cuDNN 8.1',
  'tfjs-node-gpu as built by mosec doctor': 'brings CUDA 12.5 and cuDNN 9.3',
  'onnxruntime-node': 'CUDA 12, cuDNN 9',
} as const

/** Whether CUDA's libraries are installed; tfjs-node-gpu as built here needs none of them. */
export async function examineCuda(machine: Machine, hasGpu: boolean): Promise<Finding> {
  const libraries = await findLibraries(machine, ['libcudart', 'libcublas', 'libcudnn'])
  const toolkit = toolkitVersion(machine)
  const details = { libraries, toolkit: toolkit ?? null, wanted: cudaWanted }
  const isComplete = ['libcudart', 'libcudnn'].every((name) =>
    libraries.some((each) => each.startsWith(name)),
  )
  const summary = describe(libraries, toolkit)
  if (!hasGpu)
    return { subject: 'CUDA', status: 'absent', summary: `${summary}; without a GPU it has no use`, details }
  if (isComplete) return { subject: 'CUDA', status: 'ok', summary, details }
  const nextStep =
    'npx mosec doctor --build-tfjs-node --gpu (brings its own CUDA); for onnxruntime-node install CUDA 12 and cuDNN 9'
  return { subject: 'CUDA', status: 'warning', summary, nextStep, details }
}

const describe = (libraries: readonly string[], toolkit: string | undefined): string => {
  if (libraries.length === 0 && toolkit === undefined) return 'no libraries of CUDA and cuDNN'
  return [toolkit === undefined ? '' : `toolkit ${toolkit}`, ...libraries]
    .filter((part) => part !== '')
    .join(', ')
}

function toolkitVersion(machine: Machine): string | undefined {
  return /"cuda"[^}]*"version"\s*:\s*"([^"]+)"/.exec(machine.read('/usr/local/cuda/version.json') ?? '')?.[1]
}
