/** A replica whose worker is a class of the main module, which runs again in the replica's process. */

import { ConfigurationError } from '@mosec/core'
import type { ReplicaPlace } from '@mosec/worker'
import type { Blueprint } from '../blueprint.ts'
import { isLauncher } from '../check-worker.ts'
import { makeClassWorker } from './prepared-worker.ts'
import { readSpec } from './replica-spec.ts'
import { runReplica } from './run-replica.ts'

/** Serves the stage of this place; ends the process. */
export function runClassReplica(place: ReplicaPlace, blueprint: () => Blueprint): Promise<never> {
  const findStage = () => {
    const stage = blueprint().stages.find(({ name }) => name === place.stage)
    if (stage !== undefined) return stage
    throw new ConfigurationError(
      `the main module names no stage ${place.stage} when it runs in the replica: it must make the same calls there`,
    )
  }
  return runReplica(place, readSpec(), {
    workerName: place.stage,
    makeWorker: () => {
      const { worker: Worker } = findStage()
      if (!(Worker instanceof URL || isLauncher(Worker))) return makeClassWorker(Worker)
      throw new ConfigurationError(
        `the stage ${place.stage} is no class of the main module and must not run it`,
      )
    },
    loadCodecs: async () => findStage().codecs,
  })
}
