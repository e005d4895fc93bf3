/** Starts the replicas of a stage whose worker is a Python class. */

import {
  ConfigurationError,
  type LaunchedReplica,
  type LaunchPorts,
  type Link,
  type ReplicaLauncher,
  type ReplicaOrder,
} from '@mosec/core'
import { interpreterOf } from './interpreter.ts'
import { isolatingLink } from './isolating-link.ts'
import { PythonProcess } from './python-process.ts'

/** Where the class is, and what runs it. */
export interface PythonWorker {
  /** `file.py:Class` or `package.module:Class`. */
  readonly target: string
  readonly python?: string | undefined
  readonly cwd?: string | undefined
  /** A program that is loaded first, as `multiprocessing` does; the class may be its own. */
  readonly main?: string | undefined
  /** Arguments that the program sees. */
  readonly args?: readonly string[] | undefined
  /** Variables of every replica, however many there come to be. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

const TARGET = /^[^:]+:[A-Za-z_][\w.]*$/

const ipcModule = new URL('./common-form/index.js', import.meta.url).href

/** Of one stage. */
export class PythonLauncher implements ReplicaLauncher {
  readonly kind = 'python'
  readonly ipcModule = ipcModule
  readonly #worker: PythonWorker

  constructor(worker: PythonWorker) {
    this.#worker = worker
  }

  get workerName(): string {
    return this.#worker.target.split(/[.:]/).at(-1) || 'Worker'
  }

  check(): void {
    const { target, main } = this.#worker
    // Of a program's own class Python says more: which others it has, say.
    if (main !== undefined || TARGET.test(target)) return
    throw new ConfigurationError(
      `a Python worker is named by file or module, and class: 'model.py:Detector'; got '${target}'`,
    )
  }

  launch(order: ReplicaOrder, ports: LaunchPorts): LaunchedReplica {
    const { target, main, args, cwd = process.cwd() } = this.#worker
    const env = { ...order.env, ...this.#worker.env }
    return new PythonProcess(
      {
        python: interpreterOf(this.#worker.python, { cwd, env }),
        cwd,
        env,
        task: {
          ...taskOf(order),
          target,
          ...(main === undefined ? {} : { main }),
          ...(args === undefined ? {} : { args }),
        },
      },
      ports,
    )
  }

  link(link: Link, { maxBatchSize, onBatchError }: ReplicaOrder, isolated: (tasks: number) => void): Link {
    return maxBatchSize > 1 && onBatchError === 'isolate' ? isolatingLink(link, isolated) : link
  }
}

/** What Python is told of the order; 0 is "no limit", which JSON has no number for. */
function taskOf({ env: _, timeoutMs, ...order }: ReplicaOrder): object {
  return { ...order, timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : 0 }
}
