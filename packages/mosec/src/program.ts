/** A server as a program: flags, signals, exit codes, and what the person at the terminal reads. */

import { ConfigurationError, MosecError } from '@mosec/core'
import { forgetToken, isTokenVisible } from './admin/keep-secret.ts'
import { type ConfigDefaults, resolveConfig, type ServerConfig } from './config/index.ts'
import type { DaemonEnd } from './daemons.ts'
import { giveHeapRoom } from './heap-room.ts'
import { createLogger, type ServerLogger } from './log/index.ts'
import { checkPort } from './port-check.ts'
import type { Service } from './service/service.ts'
import { StopSignals } from './stop-signals.ts'

/** Where a running service answers. */
export interface Address {
  readonly host: string
  readonly port: number
  /** For a person on this machine: `http://127.0.0.1:8000`. */
  readonly url: string
  /** Registered routes. */
  readonly routes: readonly string[]
}

/** Options of `server.run`. */
export interface RunOptions {
  /** Called once the port is open. */
  readonly onReady?: (address: Address) => void
}

/** The server's own parts that the program puts in order. */
export interface ProgramParts {
  readonly defaults: ConfigDefaults
  readonly options: RunOptions
  readonly start: (config: ServerConfig, logger: ServerLogger) => Promise<Service>
  /** Tries the examples, prints how it went, and says whether all is well. */
  readonly dryRun: (config: ServerConfig, logger: ServerLogger) => Promise<boolean>
  readonly stop: () => Promise<void>
  /** Ends everything at once. */
  readonly kill: () => Promise<void>
  /** Aborted when the server is told to close, by whomever. */
  readonly closing: AbortSignal
  /** A daemon that ended by itself, which is why the server stops. */
  readonly daemonEnd: () => DaemonEnd | undefined
}

const CODE_WRONG_SETTING = 2
const CODE_FAILED = 1

/** Runs from settings to stop; ends the process when it cannot run. */
export async function runProgram(parts: ProgramParts): Promise<void> {
  const config = readConfigOrExit(parts.defaults)
  const logger = createLogger({ level: config.logLevel })
  const signals = new StopSignals({ stop: parts.stop, kill: parts.kill, logger })
  let code = 0
  try {
    if (config.isDryRun) code = (await parts.dryRun(config, logger)) ? 0 : CODE_FAILED
    else await serve(parts, { config, logger, signals })
  } catch (error) {
    if (!signals.isAsked && parts.daemonEnd() === undefined) await fail(error, parts, logger)
    if (config.isDryRun) code = CODE_FAILED
  }
  await parts.stop()
  signals.release()
  logger.info('stopped')
  process.exitCode = signals.isAsked ? code : (parts.daemonEnd()?.code ?? code)
}

interface Surroundings {
  readonly config: ServerConfig
  readonly logger: ServerLogger
  readonly signals: StopSignals
}

/** Resolves when the server is to stop, or has. */
async function serve(parts: ProgramParts, { config, logger, signals }: Surroundings): Promise<void> {
  if (isTokenVisible(process.argv.slice(2))) {
    logger.warning(
      '--admin: all on this machine can read a token that is an argument; use @<file> or MOSEC_ADMIN',
    )
  }
  await checkPort(config.host, config.port)
  const service = await parts.start(config, logger)
  const address = addressOf(await service.listen(), service.routes)
  logger.info(`ready on ${address.url}`, { ...address })
  giveHeapRoom()
  parts.options.onReady?.(address)
  await Promise.race([signals.asked, aborted(parts.closing)])
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function readConfigOrExit(defaults: ConfigDefaults): ServerConfig {
  try {
    const columns = process.stdout.columns
    const resolved = resolveConfig({ argv: process.argv.slice(2), env: process.env, defaults, columns })
    forgetToken(process.env)
    if (resolved.kind === 'config') return resolved.config
    process.stdout.write(resolved.text)
    return process.exit(0)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`mosec: ${error.message}\n`)
    return process.exit(CODE_WRONG_SETTING)
  }
}

/** One line for the person, the stack only for who debugs. */
async function fail(error: unknown, parts: ProgramParts, logger: ServerLogger): Promise<never> {
  const message = error instanceof Error ? error.message : String(error)
  logger.error(message)
  logger.debug('the start failed', { error })
  await parts.stop()
  const isOurs = error instanceof MosecError
  return process.exit(isOurs && error.code === 'configuration_error' ? CODE_WRONG_SETTING : CODE_FAILED)
}

function addressOf({ host, port }: { host: string; port: number }, routes: readonly string[]): Address {
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return { host, port, url: `http://${reachable}:${port}`, routes }
}
