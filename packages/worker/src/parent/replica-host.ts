/** What a replica runs in, as its supervisor sees it: a process, a thread, this process, or what its stage brings. */

import type { Channel, ReplicaLauncher, ReplicaOrder } from '@mosec/core'
import type { RunReplicaOptions } from '../child/run-replica-process.ts'
import type { ParentMessage } from '../control/control-messages.ts'
import type { Environment } from '../control/replica-place.ts'

/** What is started. */
export type ReplicaLaunch = ModuleLaunch | InlineLaunch | BroughtLaunch

/** A module that Node runs. */
export interface ModuleLaunch {
  /** A process of its own, or a thread of this one: started sooner and nearer, but not apart when it crashes. */
  readonly isolation: 'process' | 'thread'
  /** Path of the module to run. */
  readonly modulePath: string
  readonly args: readonly string[]
  /** Options of node itself, before the module; a thread inherits them in any case. */
  readonly execArgv: readonly string[]
  /** The whole environment, there before it starts. */
  readonly env: Environment
}

/** A worker that is made and called in this process. */
export interface InlineLaunch {
  readonly isolation: 'inline'
  readonly options: Omit<RunReplicaOptions, 'stage' | 'replica' | 'connect' | 'parentFolder'> & {
    /** Connects through the door of the transport's listener. */
    readonly connect: (door: object | undefined) => Promise<Channel>
  }
}

/** Something else, which the stage knows how to start. */
export interface BroughtLaunch {
  readonly launcher: ReplicaLauncher
  /** All of the order but what is known only when it starts. */
  readonly order: Omit<ReplicaOrder, 'stage' | 'replica' | 'address'>
}

/** A running replica, beside its connection. */
export interface ReplicaHost {
  /** How it ended, in words; all its messages have been delivered before. */
  readonly exited: Promise<string>
  /** It ended by itself, without an error. */
  readonly isCleanExit: boolean
  /** Of the process it runs in. */
  readonly pid: number | undefined
  /** Lost when it is gone. */
  send(message: ParentMessage): void
  /** Ends it at once; harmless when it has ended. */
  kill(): void
}
