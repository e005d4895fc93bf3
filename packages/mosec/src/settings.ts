/** Settings and logger of a server that is no program of its own. */

import { forgetToken } from './admin/keep-secret.ts'
import { type ConfigDefaults, resolveConfig, type ServerConfig } from './config/index.ts'
import { createLogger, type ServerLogger } from './log/index.ts'

/** What every service needs before it is made. */
export interface Settings {
  readonly config: ServerConfig
  readonly logger: ServerLogger
}

/**
 * Environment > code > default.
 * @throws ConfigurationError for a value that cannot be.
 */
export function readSettings(defaults: ConfigDefaults): Settings {
  const resolved = resolveConfig({ argv: [], env: process.env, defaults })
  forgetToken(process.env)
  if (resolved.kind !== 'config')
    throw new Error(`no flags were given, and yet ${resolved.kind} was asked for`)
  return { config: resolved.config, logger: createLogger({ level: resolved.config.logLevel }) }
}
