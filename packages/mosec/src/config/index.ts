/** Flags, environment and options in code, resolved to one configuration. */

export { foreignFlags } from './command-line.ts'
export { packageVersion } from './package-version.ts'
export { resolveConfig } from './resolve-config.ts'
export type { ConfigDefaults, LogLevel, ServerConfig } from './server-config.ts'
