/** CUDA and cuDNN: what is there, and who wants which. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'
import { findLibraries } from './libraries.ts'

/** As the packages themselves say. */
const cudaWanted = {
  'tfjs-node-gpu as installed': 'CUDA 11.2, cuDNN 8.1',
  'tfjs-node-gpu as built by mosec doctor': 'brings CUDA 12.5 and cuDNN 9.3',
  'onnxruntime-node': 'CUDA 12, cuDNN 9',
} as const

/** What onnxruntime-node loads; tfjs-node-gpu as built here needs none of the machine's. */
const NEEDED = ['libcudart.so.12', 'libcudnn.so.9']

/** Which of CUDA's libraries the loader finds. */
export async function examineCuda(machine: Machine, hasGpu: boolean): Promise<Finding> {
  const libraries = await findLibraries(machine, ['libcudart', 'libcublas', 'libcudnn'])
  const toolkit = toolkitVersion(machine)
  const found = {
    subject: 'CUDA',
    summary: describe(libraries, toolkit),
    details: { libraries, toolkit: toolkit ?? null, wanted: cudaWanted },
  }
  if (!hasGpu) return { ...found, status: 'absent', summary: `${found.summary}; without a GPU it has no use` }
  const missing = NEEDED.filter((name) => !libraries.some((each) => each.startsWith(name)))
  if (missing.length === 0) return { ...found, status: 'ok' }
  const nextStep =
    'npx mosec doctor --build-tfjs-node --gpu (brings its own CUDA); for onnxruntime-node install CUDA 12 and cuDNN 9'
  return { ...found, status: 'warning', summary: `${found.summary}; ${missing.join(', ')} wanted`, nextStep }
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
