/** Checks that an imported module is the TensorFlow.js that it should be. */

import type { Tfjs } from './tfjs.ts'

/**
 * The module as {@link Tfjs}.
 * @throws Error when it lacks TensorFlow.js's functions, or when another copy of TensorFlow.js was loaded before it.
 */
export function asTfjs(module: unknown, packageName: string): Tfjs {
  if (!isTfjs(module)) throw new Error(`"${packageName}" does not export TensorFlow.js 4`)
  // Copies share the engine of the one that was loaded first, and with it one active backend; models then fail at random.
  if (!(module.env() instanceof module.Environment)) {
    throw new Error(
      'another copy of TensorFlow.js is loaded in this process: keep one (npm ls @tensorflow/tfjs-core shows them)',
    )
  }
  return module
}

/**
 * Makes a backend the active one.
 * @throws Error when it does not initialise.
 */
export async function activate(tf: Tfjs, name: string): Promise<void> {
  const isActive = await tf.setBackend(name)
  await tf.ready()
  if (isActive && tf.getBackend() === name) return
  throw new Error(`TensorFlow.js could not initialise its "${name}" backend (its own words are above)`)
}

function isTfjs(module: unknown): module is Tfjs {
  const functions = ['setBackend', 'ready', 'getBackend', 'tensor', 'env', 'engine', 'Environment']
  return (
    typeof module === 'object' && module !== null && functions.every((name) => isFunctionIn(module, name))
  )
}

function isFunctionIn(module: object, name: string): boolean {
  return typeof Reflect.get(module, name) === 'function'
}
