/** The one list of options: flags, variables, help, documentation and resolution all read it. */

import { logLevels, type ServerConfig } from './server-config.ts'
import {
  folderPath,
  hostName,
  integer,
  integerOr,
  metricPrefix,
  oneOf,
  onOff,
  secretToken,
  type ValueKind,
} from './value-kind.ts'

/** Heading in the help. */
export type OptionGroup = 'Listening' | 'Queue and time' | 'Start and stop' | 'Watching'

/** One option. */
export interface OptionDefinition<T> {
  /** Without the dashes. */
  readonly flag: string
  /** Environment variable. */
  readonly env: `MOSEC_${string}`
  readonly kind: ValueKind<T>
  readonly default: T
  /** The default in words, where the value itself says little. */
  readonly defaultText?: string
  /** Meaning and unit, for the help and the documentation; no capital, no full stop. */
  readonly description: string
  readonly group: OptionGroup
}

/** By the name that the setting has in code, in the order of the help. */
export type OptionTable = { readonly [Key in keyof ServerConfig]: OptionDefinition<ServerConfig[Key]> }

/** Every option of the server. */
export const optionTable: OptionTable = {
  host: {
    flag: 'address',
    env: 'MOSEC_ADDRESS',
    kind: hostName,
    default: '0.0.0.0',
    description: 'IP address or host name to listen on',
    group: 'Listening',
  },
  port: {
    flag: 'port',
    env: 'MOSEC_PORT',
    kind: integer('<number>', 0, 65_535),
    default: 8000,
    description: 'TCP port; 0 lets the system choose',
    group: 'Listening',
  },
  backlog: {
    flag: 'backlog',
    env: 'MOSEC_BACKLOG',
    kind: integer('<connections>', 1),
    default: 511,
    description: 'connections that may wait to be accepted, within what the system allows',
    group: 'Listening',
  },
  maxRequestBytes: {
    flag: 'max-request-size',
    env: 'MOSEC_MAX_REQUEST_SIZE',
    kind: integer('<bytes>', 1),
    default: 10 * 1024 * 1024,
    description: 'largest request body in bytes, else 413',
    group: 'Listening',
  },
  isCompressionOn: {
    flag: 'compression',
    env: 'MOSEC_COMPRESSION',
    kind: onOff,
    default: false,
    description: 'gzip and zstd for requests and answers',
    group: 'Listening',
  },
  ingress: {
    flag: 'ingress',
    env: 'MOSEC_INGRESS',
    kind: integer('<processes>', 0, 64),
    default: 0,
    description: 'processes that parse HTTP in front of the scheduler; 0: its own does',
    group: 'Listening',
  },
  adminToken: {
    flag: 'admin',
    env: 'MOSEC_ADMIN',
    kind: secretToken,
    default: undefined,
    defaultText: 'off',
    description: 'opens /admin/stages to who has this token; better: @<file>',
    group: 'Listening',
  },
  capacity: {
    flag: 'capacity',
    env: 'MOSEC_CAPACITY',
    kind: integer('<tasks>', 1),
    default: 1024,
    description: 'tasks that may wait for each stage, else 429',
    group: 'Queue and time',
  },
  timeoutMs: {
    flag: 'timeout',
    env: 'MOSEC_TIMEOUT',
    kind: integer('<ms>', 1),
    default: 3000,
    description: 'longest life of a task in milliseconds, then 408',
    group: 'Queue and time',
  },
  refuseLate: {
    flag: 'refuse-late',
    env: 'MOSEC_REFUSE_LATE',
    kind: onOff,
    default: true,
    description: 'under overload refuse with 503 what could not be answered in time',
    group: 'Queue and time',
  },
  socketFolder: {
    flag: 'path',
    env: 'MOSEC_PATH',
    kind: folderPath,
    default: undefined,
    defaultText: 'a new one in /dev/shm or /tmp',
    description: 'folder for the sockets of the replicas, best in memory',
    group: 'Start and stop',
  },
  readyMin: {
    flag: 'ready-min',
    env: 'MOSEC_READY_MIN',
    kind: integerOr('all', integer('<replicas>', 1)),
    default: 'all',
    description: 'replicas of each stage to wait for at start',
    group: 'Start and stop',
  },
  drainDelayMs: {
    flag: 'drain-delay',
    env: 'MOSEC_DRAIN_DELAY',
    kind: integer('<ms>', 0),
    default: 0,
    description: 'at stop: milliseconds from not ready to refusing',
    group: 'Start and stop',
  },
  isDryRun: {
    flag: 'dry-run',
    env: 'MOSEC_DRY_RUN',
    kind: onOff,
    default: false,
    description: 'run the examples through every stage, and end',
    group: 'Start and stop',
  },
  namespace: {
    flag: 'namespace',
    env: 'MOSEC_NAMESPACE',
    kind: metricPrefix,
    default: 'mosec_service',
    description: "first part of every metric's name",
    group: 'Watching',
  },
  logLevel: {
    flag: 'log-level',
    env: 'MOSEC_LOG_LEVEL',
    kind: oneOf('<level>', logLevels),
    default: 'info',
    description: 'least severe message that is logged',
    group: 'Watching',
  },
}

/** The same, where the name in code does not matter. */
export const optionList: readonly OptionDefinition<unknown>[] = Object.values(optionTable)

/** Takes no value on the command line. */
export const isSwitch = (option: OptionDefinition<unknown>): boolean => option.kind.placeholder === undefined

/** The default as a person would write it. */
export const defaultOf = (option: OptionDefinition<unknown>): string =>
  option.defaultText ??
  (typeof option.default === 'boolean' ? (option.default ? 'on' : 'off') : String(option.default))
