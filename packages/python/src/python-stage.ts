/** A stage whose worker is a Python class of Mosec's. */

import type { ReplicaLauncher } from '@mosec/core'
import { PythonLauncher } from './python-launcher.ts'

/** Where Python is; everything else is an option of every stage. */
export interface PythonOptions {
  /**
   * Path or name of the interpreter. Left out: that of the active virtual environment, else `.venv/bin/python` in `cwd`,
   * else `python3`.
   */
  readonly python?: string
  /** Folder that the replicas run in, and that the class is looked for in; that of the server when left out. */
  readonly cwd?: string
}

/** Options of a stage that runs in Python; `docs/concepts.md` tells what those of all stages mean. */
export interface PythonStageOptions extends PythonOptions {
  readonly name?: string
  readonly replicas?: number
  /** Above 1, `forward` takes a list and gives one: see Mosec's documentation. */
  readonly maxBatchSize?: number
  readonly maxWaitMs?: number
  readonly policy?: 'adaptive' | 'greedy' | 'window'
  readonly timeoutMs?: number
  readonly env?: readonly Readonly<Record<string, string>>[]
  readonly devices?: readonly (number | string)[]
  readonly onBatchError?: 'isolate' | 'fail'
  readonly recycle?: {
    readonly maxBatches?: number
    readonly maxAgeMs?: number
    readonly maxRssBytes?: number
  }
}

/** A stage as `server.route` and `server.appendWorker` take it. */
export interface PythonStage<In = unknown, Out = unknown> {
  readonly worker: ReplicaLauncher
  readonly options: Omit<PythonStageOptions, keyof PythonOptions>
  /** Never set: carries the types to `server.route`. */
  readonly types?: { readonly input: In; readonly output: Out }
}

/**
 * Makes a stage of a Python class that extends `mosec.Worker`, from `file.py:Class` or `package.module:Class`. Give the
 * types of what its `forward` takes and gives, for one task, where the compiler shall check the neighbours.
 * A class that is not named so is said by `run` and `start`.
 *
 * @example
 * server.route('/detect', stage(Decode), pythonStage<Tensor, Box[]>('model.py:Detector', { maxBatchSize: 8 }))
 */
export function pythonStage<In = unknown, Out = unknown>(
  target: string,
  { python, cwd, ...options }: PythonStageOptions = {},
): PythonStage<In, Out> {
  return { worker: new PythonLauncher({ target, python, cwd }), options }
}
