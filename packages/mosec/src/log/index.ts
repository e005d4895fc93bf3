/** The server's log. */

export { createLogger, type ServerLogger } from './create-logger.ts'
