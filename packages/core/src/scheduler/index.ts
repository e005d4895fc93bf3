/**
 * `@mosec/core/scheduler`: apart from the contracts, since a replica's process has no use for it, and each file that is
 * loaded there costs every replica half a millisecond and 50 kB.
 */

export type { Stage } from '../stage/stage.ts'
export type { StageOptions } from '../stage/stage-host.ts'
export { type RouteOptions, Scheduler, type SchedulerOptions } from './scheduler.ts'
