/** The child's side of the composition: a worker, its codecs, and the Unix socket to the parent. */

import type { AnyWorker, Codec } from '@mosec/core'
import { connectThread, connectUnixSocket, socketFolderOf } from '@mosec/ipc'
import { type ReplicaPlace, replicaDoor, runReplicaProcess } from '@mosec/worker'
import { clearAwayIfOrphaned } from './clear-away.ts'
import { speakCommonForm } from './common-form.ts'
import { rehearse } from './rehearse.ts'
import type { ReplicaSpec } from './replica-spec.ts'

/** Where the worker and its codecs come from. */
export interface ReplicaSource {
  /** For messages: the class or the module. */
  readonly workerName: string
  readonly makeWorker: () => AnyWorker | Promise<AnyWorker>
  /** Replaces the worker's own codecs; undefined leaves them. */
  readonly loadCodecs: () => Promise<readonly Codec[] | undefined>
}

/** Serves one stage in this process until the parent ends it; ends the process. */
export function runReplica(place: ReplicaPlace, spec: ReplicaSpec, source: ReplicaSource): Promise<never> {
  const door = replicaDoor()
  // A thread is never left behind: it ends with the process.
  const clearAway = async (): Promise<void> => {
    if (door === undefined) await clearAwayIfOrphaned(place.address)
  }
  // Also while the worker is set up, which may take longer than the process still lives.
  process.once('disconnect', () => void clearAway())
  return runReplicaProcess({
    ...place,
    workerName: source.workerName,
    makeWorker: async () => {
      const worker = await makeWorker(source)
      await speakCommonForm(worker, spec.ipc, place.stage)
      if (spec.isDryRun) rehearse(worker)
      return endingWith(worker, clearAway)
    },
    maxBatchSize: spec.maxBatchSize,
    timeoutMs: spec.timeoutMs,
    onBatchError: spec.onBatchError,
    logLevel: spec.logLevel,
    parentFolder: socketFolderOf(place.address),
    connect: () => (door === undefined ? connectUnixSocket(place.address) : connectThread(door)),
  })
}

async function makeWorker(source: ReplicaSource): Promise<AnyWorker> {
  const worker = await source.makeWorker()
  const codecs = await source.loadCodecs()
  if (codecs !== undefined) worker.codecs = codecs
  return worker
}

/** Teardown is the last that the process waits for. */
function endingWith(worker: AnyWorker, last: () => Promise<void>): AnyWorker {
  const teardown = worker.teardown.bind(worker)
  worker.teardown = async () => {
    try {
      await teardown()
    } finally {
      await last()
    }
  }
  return worker
}
