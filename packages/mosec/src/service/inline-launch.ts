/** What is started for a replica in the server's own process: a worker made here, and the way to it. */

import { connectInline } from '@mosec/ipc'
import type { InlineLaunch } from '@mosec/worker/replica'
import type { NamedStage } from '../blueprint.ts'
import { isLauncher } from '../check-worker.ts'
import { refuseBlocking, tellOfLongCalls } from '../replica/inline-worker.ts'
import { makeModuleWorker } from '../replica/load-module.ts'
import { makeClassWorker, preparedWorker } from '../replica/prepared-worker.ts'
import type { LaunchOptions } from './launch-options.ts'

/** The class is made, or the module imported, right here; codecs need not travel. */
export function inlineLaunch(stage: NamedStage, { logLevel, isDryRun }: LaunchOptions): InlineLaunch {
  const { name, options, codecs, ipc } = stage
  const { maxBatchSize, timeoutMs, onBatchError } = options
  return {
    isolation: 'inline',
    options: {
      workerName: nameOf(stage),
      async makeWorker() {
        const source = { makeWorker: () => makeWorker(stage), loadCodecs: async () => codecs }
        const worker = await preparedWorker(source, name, { ipc, isDryRun })
        tellOfLongCalls(worker)
        return worker
      },
      maxBatchSize,
      timeoutMs,
      onBatchError,
      logLevel,
      connect: connectInline,
    },
  }
}

const nameOf = ({ worker, name }: NamedStage): string => (worker instanceof URL ? worker.href : name)

async function makeWorker({ worker: Worker, name }: NamedStage) {
  if (isLauncher(Worker)) throw new TypeError(`the stage ${name} starts its replicas itself`)
  const worker = Worker instanceof URL ? await makeModuleWorker(Worker.href) : makeClassWorker(Worker)
  refuseBlocking(worker)
  return worker
}
