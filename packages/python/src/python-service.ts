/** A service file of Mosec's, run up to its `server.run()`: what it serves, and its life beside our server. */

import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { type LaunchPorts, StartError } from '@mosec/core'
import { interpreterOf } from './interpreter.ts'
import { PythonLauncher } from './python-launcher.ts'
import { PythonProcess } from './python-process.ts'
import type { PythonStage } from './python-stage.ts'
import { parseService, type ServiceDescription, type ServiceStage } from './service-description.ts'

/** Which file, and what runs it. */
export interface PythonServiceOptions {
  /** Path of the file, relative to `cwd`. */
  readonly script: string
  /** Arguments that the file sees. */
  readonly args: readonly string[]
  readonly python?: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What the file would have served. */
export interface PythonService {
  readonly routes: readonly { readonly path: string; readonly stages: readonly PythonStage[] }[]
  /** The file's process: SIGTERM lets it go on behind `server.run()`, and so end. */
  readonly process: ChildProcess
}

/** Where lines of the file go. */
export type PythonServicePorts = Pick<LaunchPorts, 'clock' | 'logger'>

/**
 * Runs the file until it calls `server.run()`.
 * @throws StartError with the file's own error, or when it ends without that call.
 */
export async function readPythonService(
  options: PythonServiceOptions,
  ports: PythonServicePorts,
): Promise<PythonService> {
  const { script, args, cwd, env } = options
  const python = interpreterOf(options.python, { cwd, env })
  let told: (service: ServiceDescription) => void = () => {}
  let failed: (error: Error) => void = () => {}
  const description = new Promise<ServiceDescription>((resolve, reject) => {
    told = resolve
    failed = reject
  })
  const process = new PythonProcess(
    { python, cwd, env, task: { script, args } },
    { ...ports, received: (message) => received(message, { told, failed }, options, ports) },
  )
  void process.exited.then((how) => {
    const when = process.child.pid === undefined ? '' : ' before it called server.run()'
    failed(new StartError(`${script} ${how}${when}`))
  })
  const service = await description
  return { routes: routesOf(service, { ...options, python }), process: process.child }
}

interface Told {
  readonly told: (service: ServiceDescription) => void
  readonly failed: (error: Error) => void
}

function received(
  message: unknown,
  { told, failed }: Told,
  { script }: PythonServiceOptions,
  { logger }: PythonServicePorts,
): void {
  const said = parseService(message)
  if (said === undefined) logger.debug('ignored an unknown message of the service file')
  else if (said.type === 'mosec:service') told(said.service)
  else if (said.type === 'mosec:daemon')
    logger.error(`the daemon ${said.name} ${howEnded(said.code)}: the server stops`)
  else failed(new StartError(`${script}: ${said.message}`, { cause: said.stack }))
}

/** Python says a signal as its negative number. */
function howEnded(code: number): string {
  if (code >= 0) return `exited with code ${code}`
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code)
  return `was killed by ${signal?.[0] ?? `signal ${-code}`}`
}

/** A stage that several routes name is one object, so that they share it. */
function routesOf(
  { stages, routes, env }: ServiceDescription,
  options: PythonServiceOptions,
): PythonService['routes'] {
  const made = stages.map((stage) => stageOf(stage, env, options))
  return routes.map(({ path, stages }) => ({ path, stages: stages.flatMap((index) => made[index] ?? []) }))
}

function stageOf(
  { target, env: own, maxWaitMs, ...options }: ServiceStage,
  shared: Readonly<Record<string, string>>,
  { script, args, python, cwd }: PythonServiceOptions,
): PythonStage {
  const wait = maxWaitMs === null ? {} : { maxWaitMs }
  const worker = { target, python, cwd, main: script, args }
  if (own === null)
    return { worker: new PythonLauncher({ ...worker, env: shared }), options: { ...options, ...wait } }
  // A replica's own win.
  const env = own.map((variables) => ({ ...shared, ...variables }))
  return { worker: new PythonLauncher(worker), options: { ...options, ...wait, env } }
}
