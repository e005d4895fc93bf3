/** Is this a worker at all? For callers whom no compiler tells. That it has a `forward` is seen when one is made. */

import { ConfigurationError, type ReplicaLauncher, type WorkerClass } from '@mosec/core'

/** @throws ConfigurationError naming what came and what a worker is; what a launcher throws. */
export function checkWorker(worker: unknown): asserts worker is WorkerClass | URL | ReplicaLauncher {
  if (isLauncher(worker)) worker.check?.()
  if (worker instanceof URL || isLauncher(worker)) return
  if (typeof worker !== 'function') refuse(describe(worker))
  const { prototype } = worker as { readonly prototype?: Partial<Record<string, unknown>> }
  if (typeof prototype?.['setup'] !== 'function' || typeof prototype['serialize'] !== 'function') {
    refuse(`${worker.name === '' ? 'a function' : worker.name}, which extends none of them`)
  }
}

/** It brings its own replicas. */
export const isLauncher = (worker: unknown): worker is ReplicaLauncher =>
  typeof worker === 'object' && worker !== null && 'launch' in worker && typeof worker.launch === 'function'

function describe(worker: unknown): string {
  if (typeof worker === 'string') return `the text "${worker}": new URL('${worker}', import.meta.url)?`
  if (typeof worker !== 'object' || worker === null) return String(worker)
  return `an instance of ${worker.constructor?.name ?? 'nothing'}: give the class itself`
}

function refuse(what: string): never {
  throw new ConfigurationError(
    `a stage takes a class that extends Worker, BatchWorker, StreamWorker or BatchStreamWorker, or the URL of a module that exports one; got ${what}`,
  )
}
