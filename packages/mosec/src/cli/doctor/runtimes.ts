/** Finds the doctors of the runtimes that the user's project has. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Finding, RuntimeDoctor } from '@mosec/core'

/** A runtime whose backends can be examined. */
export interface FoundRuntime {
  readonly doctor: Pick<RuntimeDoctor, 'runtime' | 'backends'>
  /** Of its doctor's module, for the process that examines. */
  readonly url: string
}

/** A runtime that we have, by the name before its backends. */
interface KnownRuntime {
  readonly runtime: string
  readonly packageName: string
  readonly install: string
  /** As its doctor names them, for a project that lacks it. */
  readonly backends: readonly string[]
}

const knownRuntimes: readonly KnownRuntime[] = [
  {
    runtime: 'tfjs',
    packageName: '@mosec/runtime-tfjs',
    install: 'npm install @mosec/runtime-tfjs @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
    backends: ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'],
  },
  {
    runtime: 'onnx',
    packageName: '@mosec/runtime-onnx',
    install: 'npm install @mosec/runtime-onnx onnxruntime-node',
    backends: ['cuda', 'webgpu', 'cpu'],
  },
]

/** The runtimes of a project, and findings about those that it lacks. */
export async function findRuntimes(
  projectFolder: string,
): Promise<{ readonly found: readonly FoundRuntime[]; readonly missing: readonly Finding[] }> {
  const found: FoundRuntime[] = []
  const missing: Finding[] = []
  for (const known of knownRuntimes) {
    const url = doctorUrl(known.packageName, projectFolder)
    if (url === undefined) missing.push(absent(known))
    else found.push({ url, doctor: await loadDoctor(url) })
  }
  return { found, missing }
}

/** Where `<package>/doctor` lies, seen from the project and then from beside this package. */
export function doctorUrl(packageName: string, projectFolder: string): string | undefined {
  for (const place of [join(projectFolder, 'package.json'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(place).resolve(`${packageName}/doctor`)).href
    } catch {
      // The next place may have it.
    }
  }
  return undefined
}

/**
 * The doctor that a module exports.
 * @throws Error when it exports none.
 */
export async function loadDoctor(url: string): Promise<RuntimeDoctor> {
  const module: unknown = await import(url)
  const doctor: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'doctor') : undefined
  if (isDoctor(doctor)) return doctor
  throw new Error(`${url} exports no doctor`)
}

function isDoctor(value: unknown): value is RuntimeDoctor {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'examine') === 'function' && Array.isArray(Reflect.get(value, 'backends'))
}

const absent = ({ runtime, packageName, install, backends }: KnownRuntime): Finding => ({
  subject: runtime,
  status: 'absent',
  summary: `${packageName} is not installed here`,
  nextStep: install,
  details: { backends: backends.map((backend) => `${runtime}/${backend}`) },
})
