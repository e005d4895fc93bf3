/** A stage with other values, checked as a whole before anything is changed. */

import { ConfigurationError } from '@mosec/core'
import type { WorkerInfo } from '@mosec/worker'
import type { NamedStage } from '../blueprint.ts'
import type { StageChanges } from '../scaling/stage-changes.ts'
import { resolveStageOptions } from '../stage-options.ts'

/**
 * The stage as if it had been given these values from the start; `maxWaitMs` chooses the policy as ever.
 * @throws ConfigurationError naming what cannot be.
 */
export function changedStage(
  stage: NamedStage,
  { replicas, maxBatchSize, maxWaitMs }: StageChanges,
  info: WorkerInfo | undefined,
): NamedStage {
  const { maxWaitMs: waitBefore, ...others } = stage.given
  const waitMs = maxWaitMs === undefined ? waitBefore : (maxWaitMs ?? undefined)
  const given = {
    ...others,
    replicas: replicas ?? stage.options.replicas,
    maxBatchSize: maxBatchSize ?? stage.options.maxBatchSize,
    ...(waitMs === undefined ? {} : { maxWaitMs: waitMs }),
  }
  const changed = { ...stage, given, options: resolveStageOptions(given) }
  refuseMisfit(changed, info)
  return changed
}

/** @throws ConfigurationError when the stage wants batches of a worker that takes single tasks, or smaller ones. */
export function refuseMisfit({ name, options }: NamedStage, info: WorkerInfo | undefined): void {
  const { kind, largestBatch = options.maxBatchSize } = info ?? {}
  if (options.maxBatchSize > largestBatch) {
    throw new ConfigurationError(
      `stage ${name}: ${info?.name} takes at most ${largestBatch} at once, so that is the largest maxBatchSize; ` +
        `got ${options.maxBatchSize}`,
    )
  }
  if (info === undefined || options.maxBatchSize === 1 || kind?.startsWith('batch') === true) return
  throw new ConfigurationError(
    `stage ${name}: ${info.name} takes one task at a time, so maxBatchSize must be 1, got ${options.maxBatchSize}; ` +
      'extend BatchWorker to take batches',
  )
}
