/** How a stage brings replicas of its own kind: written in another language, or started in another way. */

import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Link } from './transport.ts'

/** What one replica is to be. */
export interface ReplicaOrder {
  readonly stage: string
  /** 1-based number within the stage. */
  readonly replica: number
  /** Path of the Unix socket to connect to, once it is warm: see `docs/wire-protocol.md`. */
  readonly address: string
  readonly maxBatchSize: number
  /** Longest run of one batch, in milliseconds; `Infinity` without a limit. */
  readonly timeoutMs: number
  /** The whole environment: what the server has, and what is this replica's own. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Lowest level that is logged. */
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error'
  /** What a batch that fails as a whole does: its tasks are told apart by running parts of it again, or all fail. */
  readonly onBatchError: 'isolate' | 'fail'
  /** Inputs come in the common form (see {@link ReplicaLauncher.ipcModule}); otherwise as this kind hands them on. */
  readonly readsCommonForm: boolean
  /** Results leave in the common form. */
  readonly writesCommonForm: boolean
  /** A stage beside it is of another kind; otherwise only callers in the server's process speak the common form. */
  readonly isAtBorder: boolean
  /**
   * Inputs are asks of a dry run, and results reports; both in the common form, between which the worker's own forms stay
   * what they are.
   */
  readonly isDryRun: boolean
}

/** What a launcher needs from its surroundings. */
export interface LaunchPorts {
  readonly clock: Clock
  /** Lines carry the stage and the replica. */
  readonly logger: Logger
  /** Takes what the replica says of itself: the messages of `docs/wire-protocol.md`, checked by who takes them. */
  readonly received: (message: unknown) => void
}

/** A replica that was started; beside its connection. */
export interface LaunchedReplica {
  /** How it ended, in words (`exited with code 1`); all it said has been delivered before. Never rejects. */
  readonly exited: Promise<string>
  /** It ended by itself, without an error. */
  readonly isCleanExit: boolean
  /** Of the process that computes. */
  readonly pid: number | undefined
  /** Takes a message of `docs/wire-protocol.md` to it; lost when it is gone. */
  send(message: object): void
  /** Ends it at once; harmless when it has ended. */
  kill(): void
}

/** Starts the replicas of one stage. Whatever it starts ends with the server, also when that is killed. */
export interface ReplicaLauncher {
  /** Of the worker, for the stage's name and for messages. */
  readonly workerName: string
  /** Stages of one kind hand each other values in a form of their own; `python`, say. */
  readonly kind: string
  /**
   * URL of the module that turns values into the form that this kind shares with TypeScript, and back: it exports
   * `encode(value): Uint8Array` and `decode(bytes): unknown`. Loaded in replicas of TypeScript beside such a stage.
   */
  readonly ipcModule: string
  /** @throws ConfigurationError when it can never start anything, whatever the order; left out, it always can. */
  check?(): void
  /** @throws ConfigurationError for what cannot be started; anything that comes later is an end of the replica. */
  launch(order: ReplicaOrder, ports: LaunchPorts): LaunchedReplica
  /**
   * Stands between the scheduler and the replica's link; left out, nothing does.
   * @param isolated takes how many more tasks failed alone, after their whole batch had failed.
   */
  link?(link: Link, order: ReplicaOrder, isolated: (tasks: number) => void): Link
}
