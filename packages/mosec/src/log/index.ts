/** The server's log. */

export { createLogger, type LoggerOptions, type ServerLogger } from './create-logger.ts'
export type { LogStream } from './log-sink.ts'
