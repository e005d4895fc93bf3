/** From the stages' options to what the scheduler is made of. */

import type { Scheduler } from '@mosec/core/scheduler'
import type { NamedStage } from '../blueprint.ts'

type StageOptions = ConstructorParameters<typeof Scheduler>[0]['stages']

/** The stages as the scheduler sees them. */
export function scheduledStages(stages: readonly NamedStage[], capacity: number): StageOptions {
  return stages.map(({ name, options: { maxBatchSize, maxWaitMs, policy, timeoutMs } }) => ({
    name,
    policy,
    timeoutMs,
    limits: { maxBatchSize, maxWaitMs },
    capacity,
  }))
}
