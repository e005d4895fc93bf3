/** From flags, environment and code to the settings of the server. */

import { ConfigurationError } from '@mosec/core'
import { type CommandLine, helpText, readCommandLine } from './command-line.ts'
import { type OptionDefinition, optionTable } from './option-table.ts'
import { packageVersion } from './package-version.ts'
import type { ConfigDefaults, ServerConfig } from './server-config.ts'

/** Where settings come from. */
export interface ConfigSources {
  /** Arguments after the program's name: `process.argv.slice(2)`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Given in code; flags and environment win over it. */
  readonly defaults?: ConfigDefaults | undefined
  /** Width of the help; 80 if not given. */
  readonly columns?: number | undefined
}

/** The settings, or a text for the caller to print before it ends. */
export type ResolvedConfig =
  | { readonly kind: 'config'; readonly config: ServerConfig }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version'; readonly text: string }

interface Given {
  readonly value: unknown
  readonly from: 'flag' | 'environment' | 'code'
  /** What the person wrote, to begin a complaint. */
  readonly source: string
}

/**
 * Flag > environment > code > default. Only the value that wins is checked. Prints nothing and ends nothing.
 * @throws ConfigurationError with one line that names the flag (and where the value is from), the value and what is
 * allowed.
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const commandLine = readCommandLine(sources.argv)
  if (commandLine.isHelpAsked) return { kind: 'help', text: helpText(sources.columns ?? 80) }
  if (commandLine.isVersionAsked) return { kind: 'version', text: `mosec ${packageVersion()}\n` }
  refuseUnknownNames(sources.defaults ?? {})
  return { kind: 'config', config: settle((key) => settingOf(key, commandLine, sources)) }
}

type Setting = <Key extends keyof ServerConfig>(key: Key) => ServerConfig[Key]

function settle(setting: Setting): ServerConfig {
  return Object.freeze({
    host: setting('host'),
    port: setting('port'),
    backlog: setting('backlog'),
    maxRequestBytes: setting('maxRequestBytes'),
    isCompressionOn: setting('isCompressionOn'),
    ingress: setting('ingress'),
    adminToken: setting('adminToken'),
    capacity: setting('capacity'),
    timeoutMs: setting('timeoutMs'),
    refuseLate: setting('refuseLate'),
    socketFolder: setting('socketFolder'),
    readyMin: setting('readyMin'),
    drainDelayMs: setting('drainDelayMs'),
    isDryRun: setting('isDryRun'),
    namespace: setting('namespace'),
    logLevel: setting('logLevel'),
  })
}

function settingOf<Key extends keyof ServerConfig>(
  key: Key,
  commandLine: CommandLine,
  sources: ConfigSources,
): ServerConfig[Key] {
  const option: OptionDefinition<ServerConfig[Key]> = optionTable[key]
  const given =
    fromFlag(option, commandLine) ?? fromEnvironment(option, sources.env) ?? fromCode(key, sources.defaults)
  return given === undefined ? option.default : checked(option, given)
}

function fromFlag(option: OptionDefinition<unknown>, commandLine: CommandLine): Given | undefined {
  const value = commandLine.given(option)
  return value === undefined ? undefined : { value, from: 'flag', source: `--${option.flag}` }
}

function fromEnvironment(option: OptionDefinition<unknown>, env: ConfigSources['env']): Given | undefined {
  const value = env[option.env]
  // Compose files and charts write NAME= for "not set"; a switch reads it as off.
  const isUnset = value === undefined || (value === '' && option.kind.fromText('') === undefined)
  return isUnset ? undefined : { value, from: 'environment', source: `${option.env} (--${option.flag})` }
}

function fromCode(key: keyof ServerConfig, defaults: ConfigDefaults | undefined): Given | undefined {
  const value: unknown = defaults?.[key]
  const source = `option ${key} (--${optionTable[key].flag})`
  return value === undefined ? undefined : { value, from: 'code', source }
}

function checked<T>(option: OptionDefinition<T>, given: Given): T {
  const value = readValue(option, given)
  if (value !== undefined) return value
  throw new ConfigurationError(
    `${given.source} must be ${option.kind.allowed}, got ${inWords(given.value, option.kind.isSecret)}`,
  )
}

function readValue<T>({ kind }: OptionDefinition<T>, { value, from }: Given): T | undefined {
  if (from !== 'code' && typeof value === 'string') return kind.fromText(value)
  return kind.accepts(value) ? value : undefined
}

function inWords(value: unknown, isSecret = false): string {
  if (typeof value === 'string' && isSecret) return `a text of ${value.length} characters`
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}

// A program in JavaScript has no compiler to tell it of `timeout` where `timeoutMs` is meant.
function refuseUnknownNames(defaults: ConfigDefaults): void {
  const unknown = Object.keys(defaults).find((name) => !Object.hasOwn(optionTable, name))
  if (unknown === undefined) return
  const known = Object.keys(optionTable).join(', ')
  throw new ConfigurationError(`${inWords(unknown)} is no option of the server; there are ${known}`)
}
