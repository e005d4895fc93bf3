/** What core and plugins ask of a logger; `mosec` brings the real one. */

/** Plain data that goes with a message. */
export type LogFields = Readonly<Record<string, unknown>>

/** Four levels, a message for people, fields for machines. Never throws. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warning(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warning() {},
  error() {},
}
