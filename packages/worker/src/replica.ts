/** `@mosec/worker/replica`: the parent side of a replica, the supervisor that keeps its process alive. */

export type { CodecInfo, WorkerInfo } from './control/control-messages.ts'
export type { Environment, ReplicaPlace } from './control/replica-place.ts'
export { ReplicaGuard, type ReplicaGuardOptions } from './parent/replica-guard.ts'
export type { BroughtLaunch, InlineLaunch, ModuleLaunch, ReplicaLaunch } from './parent/replica-host.ts'
export {
  ReplicaProcess,
  type ReplicaProcessOptions,
  type StopOptions,
  superviseReplica,
} from './parent/replica-process.ts'
export { type RestartOptions, RestartPolicy, restartDefaults } from './parent/restart-policy.ts'
