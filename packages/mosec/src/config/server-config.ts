/** Every setting of the server after resolution: nothing optional, units in the names. */

/** Least severe message that is logged. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** From the most talkative to the quietest. */
export const logLevels = ['debug', 'info', 'warning', 'error'] as const satisfies readonly LogLevel[]

/** Settings as the server uses them. */
export interface ServerConfig {
  /** IP address or host name to listen on. */
  readonly host: string
  /** TCP port; 0 lets the system choose one. */
  readonly port: number
  /** Connections that may wait to be accepted. */
  readonly backlog: number
  /** Largest request body after decompression, in bytes. */
  readonly maxRequestBytes: number
  /** Compress answers and accept compressed requests. */
  readonly isCompressionOn: boolean
  /** Processes that parse HTTP in front of the scheduler's; 0: the scheduler's own does. */
  readonly ingress: number
  /** Opens `/admin/stages`: the token, or `@` and the path of a file that holds it; undefined: it is not there. */
  readonly adminToken: string | undefined
  /** Tasks that may wait for each stage; one more at the front door is refused with 429. */
  readonly capacity: number
  /** Longest life of a task, in milliseconds. */
  readonly timeoutMs: number
  /** Under overload, refuse with 503 a request that could not be answered by its deadline. */
  readonly refuseLate: boolean
  /** Where the sockets of the replicas lie; undefined: a new folder under the system's temporary folder. */
  readonly socketFolder: string | undefined
  /** Replicas of each stage that must be ready before the port opens; a stage with fewer waits for all its own. */
  readonly readyMin: number | 'all'
  /** Time between "not ready" and refusing requests when the server stops, in milliseconds. */
  readonly drainDelayMs: number
  /** Run the examples through the whole pipeline once, print each stage, and end. */
  readonly isDryRun: boolean
  /** First part of every metric's name. */
  readonly namespace: string
  readonly logLevel: LogLevel
}

/** Settings as given in code; what is missing or undefined is not given. */
export type ConfigDefaults = { readonly [Key in keyof ServerConfig]?: ServerConfig[Key] | undefined }
