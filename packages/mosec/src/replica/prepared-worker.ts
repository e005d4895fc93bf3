/** A worker as its stage wants it: with the route's codecs, the neighbours' form, and in a dry run one that reports. */

import { type AnyWorker, type Codec, ConfigurationError, type WorkerClass } from '@mosec/core'
import { speakCommonForm } from './common-form.ts'
import type { ReplicaSpec } from './replica-spec.ts'

/** Where the worker and its codecs come from. */
export interface WorkerSource {
  readonly makeWorker: () => AnyWorker | Promise<AnyWorker>
  /** Replaces the worker's own codecs; undefined leaves them. */
  readonly loadCodecs: () => Promise<readonly Codec[] | undefined>
}

/** Makes and prepares it. */
export async function preparedWorker(
  { makeWorker, loadCodecs }: WorkerSource,
  stage: string,
  { ipc, isDryRun }: Pick<ReplicaSpec, 'ipc' | 'isDryRun'>,
): Promise<AnyWorker> {
  const worker = await makeWorker()
  const codecs = await loadCodecs()
  if (codecs !== undefined) worker.codecs = codecs
  await speakCommonForm(worker, ipc, stage)
  if (isDryRun) (await import('./rehearse.ts')).rehearse(worker)
  return worker
}

/** Makes a worker of a class. @throws ConfigurationError when it has no `forward`. */
export function makeClassWorker(Worker: WorkerClass): AnyWorker {
  const worker = new Worker()
  if (typeof worker.forward === 'function') return worker
  throw new ConfigurationError(`${Worker.name} has no method forward`)
}
