/** Plain JavaScript: always there, some twenty times slower than WebAssembly. */

import { activate, asTfjs } from './as-tfjs.ts'
import type { OpenBackend } from './tfjs.ts'

/** Opens the `cpu` backend, which `@tensorflow/tfjs` contains. */
export const openCpu: OpenBackend = async ({ packages }) => {
  const tf = asTfjs(await packages.load('@tensorflow/tfjs'), '@tensorflow/tfjs')
  await activate(tf, 'cpu')
  return tf
}
