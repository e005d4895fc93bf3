/** The child's side of the composition: a worker, its codecs, and the Unix socket to the parent. */

import type { MessagePort } from 'node:worker_threads'
import type { AnyWorker, Channel } from '@mosec/core'
import { connectUnixSocket, socketFolderOf } from '@mosec/ipc/replica'
import { type ReplicaPlace, replicaDoor, runReplicaProcess } from '@mosec/worker'
import { giveHeapRoom } from '../heap-room.ts'
import { clearAwayIfOrphaned } from './clear-away.ts'
import { preparedWorker, type WorkerSource } from './prepared-worker.ts'
import type { ReplicaSpec } from './replica-spec.ts'

/** What is served. */
export interface ReplicaSource extends WorkerSource {
  /** For messages: the class or the module. */
  readonly workerName: string
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
    makeWorker: async () => endingWith(await preparedWorker(source, place.stage, spec), clearAway),
    maxBatchSize: spec.maxBatchSize,
    timeoutMs: spec.timeoutMs,
    onBatchError: spec.onBatchError,
    logLevel: spec.logLevel,
    parentFolder: socketFolderOf(place.address),
    connect: () => (door === undefined ? joinProcess(place.address) : joinThread(door)),
  })
}

/** What is alive is known now that the worker is warm; a thread has the heap flags of its process. */
function joinProcess(address: string): Promise<Channel> {
  giveHeapRoom()
  return connectUnixSocket(address)
}

/** Loaded by threads only. */
async function joinThread(door: MessagePort): Promise<Channel> {
  const { connectThread } = await import('@mosec/ipc/replica-thread')
  return connectThread(door)
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
