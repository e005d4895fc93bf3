/** `mosec python <file>`: runs a service file of Mosec's for Python, unchanged, behind our server. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ConfigurationError, MosecError, systemClock } from '@mosec/core'
import type { PythonService } from '@mosec/python'
import { Command } from 'commander'
import { foreignFlags, type LogLevel, resolveConfig } from '../config/index.ts'
import { createLogger, type ServerLogger } from '../log/index.ts'
import { Server } from '../server.ts'
import type { Stage } from '../stage.ts'

const USAGE = `Usage: mosec python [--python <path>] <file.py> [flags]

Runs a service file of Mosec's for Python, unchanged: its workers, routes and daemons, behind this server.

  --python <path>  the interpreter; that of the active virtual environment, .venv or python3 when left out

Behind the file stand its own flags, Mosec's --wait and --debug, and those of every server, which follow.
A flag that is none of them is the file's, as under Mosec; the log names it.

`

const ingressMain = fileURLToPath(new URL('./python-ingress.js', import.meta.url))

const CODE_FAILED = 1
const CODE_WRONG_CALL = 2

/** What stands on the command line. */
interface Call {
  readonly python: string | undefined
  readonly script: string
  readonly flags: readonly string[]
}

type PythonPackage = Pick<typeof import('@mosec/python'), 'readPythonService'>

/** The command; all that stands behind it is read here, since flags are also the file's. */
export function pythonCommand(): Command {
  return new Command('python')
    .description("run a service file of Mosec's for Python, unchanged, behind this server")
    .argument('[words...]', 'the file, and flags')
    .helpOption(false)
    .allowUnknownOption()
    .action(() => runPython(process.argv.slice(process.argv.indexOf('python') + 1)))
}

/**
 * Runs until the server ends; sets the exit code.
 * @param args what follows `mosec python`.
 */
async function runPython(args: readonly string[]): Promise<void> {
  const call = readCall(args)
  const flags = (call?.flags ?? args).map((flag) => (flag === '--debug' ? '--log-level=debug' : flag))
  const level = logLevelOf(flags)
  if (level === undefined) return
  if (call === undefined) {
    refuse(USAGE)
    return
  }
  // What `server.run` reads, and what an ingress runs: the file itself is run once.
  process.argv = [process.execPath, ingressMain, ...flags]
  const logger = createLogger({ level })
  const service = await readService(call, logger)
  if (service === undefined) process.exitCode = CODE_FAILED
  else {
    tellForeignFlags(call.script, flags, logger)
    await serve(call.script, service)
  }
}

/** Any flag may be the file's own, so a misspelt one is no error, but it shall be seen. */
function tellForeignFlags(script: string, flags: readonly string[], logger: ServerLogger): void {
  const foreign = foreignFlags(flags).filter((flag) => flag !== '--wait')
  if (foreign.length === 0) return
  const names = foreign.join(', ')
  logger.info(
    `left to ${script}, since the server has no such flag: ${names}; --help lists those that it has`,
  )
}

/** Undefined when there is nothing to run: help was asked for, or a flag is wrong. */
function logLevelOf(argv: readonly string[]): LogLevel | undefined {
  try {
    const resolved = resolveConfig({ argv, env: process.env, columns: process.stdout.columns })
    if (resolved.kind === 'config') return resolved.config.logLevel
    process.stdout.write(resolved.kind === 'help' ? USAGE + resolved.text : resolved.text)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    refuse(`mosec: ${error.message}\n`)
  }
  return undefined
}

function refuse(text: string): void {
  process.stderr.write(text)
  process.exitCode = CODE_WRONG_CALL
}

function readCall(args: readonly string[]): Call | undefined {
  const [first, path, ...others] = args
  if (first === '--python') {
    const call = path === undefined ? undefined : readCall(others)
    return call === undefined ? undefined : { ...call, python: path }
  }
  if (first === undefined || first.startsWith('-')) return undefined
  return { python: undefined, script: first, flags: args.slice(1) }
}

async function readService(call: Call, logger: ServerLogger): Promise<PythonService | undefined> {
  try {
    const { readPythonService } = await loadPackage()
    return await readPythonService(
      {
        script: call.script,
        args: call.flags,
        python: call.python,
        cwd: process.cwd(),
        env: { ...process.env },
      },
      { clock: systemClock, logger },
    )
  } catch (error) {
    const cause = error instanceof MosecError && error.cause !== '' ? { cause: error.cause } : {}
    logger.error(error instanceof Error ? error.message : String(error))
    logger.debug('the service file failed', cause)
    return undefined
  }
}

/** The user's own copy first, as it may be beside the file and not beside us. */
async function loadPackage(): Promise<PythonPackage> {
  const name = '@mosec/python'
  try {
    return await import(pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(name)).href)
  } catch {
    return await import(name).catch(() => {
      throw new Error(`mosec python needs the package ${name}: npm install ${name}`)
    })
  }
}

async function serve(script: string, { routes, process: file }: PythonService): Promise<void> {
  const server = new Server()
  for (const { path, stages } of routes) server.route(path, ...(stages as readonly [Stage, ...Stage[]]))
  server.registerDaemon(script, file)
  await server.run()
}
