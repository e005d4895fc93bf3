/** `@mosec/worker`: the child side of a replica, the loop that runs a worker. */

export type { OnBatchError } from './child/batch-runner.ts'
export { type ParentWatchOptions, watchParent } from './child/parent-watch.ts'
export { type RunReplicaOptions, runReplicaProcess } from './child/run-replica-process.ts'
export { type ServeReplicaOptions, serveReplica } from './child/serve-replica.ts'
export { controlLogger } from './control/control-logger.ts'
export type {
  CancelMessage,
  CodecInfo,
  DrainMessage,
  FailedMessage,
  Grant,
  GrantMessage,
  HelloMessage,
  LogLevel,
  LogMessage,
  ParentMessage,
  ReplicaMessage,
  ReportMessage,
  StartPhase,
  WorkerInfo,
} from './control/control-messages.ts'
export { type ControlProcess, processControl } from './control/process-control.ts'
export type { ReplicaControl, ReplicaControlEvents } from './control/replica-control.ts'
export { type ReplicaPlace, takeReplicaPlace } from './control/replica-place.ts'
export { replicaDoor } from './control/thread-control.ts'
