/** WebAssembly with SIMD, one thread: the best that runs everywhere without a native addon. */

import { dirname, sep } from 'node:path'
import { activate, asTfjs } from './as-tfjs.ts'
import type { OpenBackend } from './tfjs.ts'

const packageName = '@tensorflow/tfjs-backend-wasm'

/** Opens the `wasm` backend from `@tensorflow/tfjs-backend-wasm`. */
export const openWasm: OpenBackend = async ({ packages }) => {
  const tf = asTfjs(await packages.load('@tensorflow/tfjs'), '@tensorflow/tfjs')
  const backend = await packages.load(packageName)
  if (!isWasmBackend(backend))
    throw new Error(`"${packageName}" is not version 4: npm install ${packageName}@4`)
  // The paths can be set only before the binary loads; a worker that shares the process may have done both.
  if (tf.findBackend('wasm') === null) backend.setWasmPaths(dirname(packages.resolve(packageName)) + sep)
  await activate(tf, 'wasm')
  return tf
}

function isWasmBackend(module: unknown): module is { setWasmPaths(prefix: string): void } {
  return typeof module === 'object' && module !== null && 'setWasmPaths' in module
}
