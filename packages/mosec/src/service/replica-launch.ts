/** What is started for a replica: the main module, our entry, a worker right here, or what the stage brings. */

import { fileURLToPath } from 'node:url'
import { type Codec, ConfigurationError } from '@mosec/core'
import type { BroughtLaunch, ReplicaLaunch } from '@mosec/worker/replica'
import { withoutToken } from '../admin/keep-secret.ts'
import type { NamedStage } from '../blueprint.ts'
import { isLauncher } from '../check-worker.ts'
import { replicaEnvironment } from '../device-options.ts'
import { specEnvironment } from '../replica/replica-spec.ts'
import { inlineLaunch } from './inline-launch.ts'
import type { LaunchOptions } from './launch-options.ts'

/** Serves a worker that is named by module. Its ending follows this file's: `.ts` in our own tests, `.js` built. */
const moduleEntry = fileURLToPath(
  new URL(`../replica/main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
)

/**
 * The program, arguments and environment of a replica.
 * @throws ConfigurationError when a class is given and there is no main module to run again, or a codec cannot travel.
 */
export function replicaLaunch(
  stage: NamedStage,
  replica: number,
  launchOptions: LaunchOptions,
): ReplicaLaunch {
  const { logLevel, isDryRun } = launchOptions
  const { worker, options, codecs, ipc } = stage
  if (isLauncher(worker)) return { launcher: worker, order: orderOf(stage, replica, { logLevel, isDryRun }) }
  if (options.isolation === 'inline') return inlineLaunch(stage, launchOptions)
  const isModule = worker instanceof URL
  const spec = specEnvironment({
    maxBatchSize: options.maxBatchSize,
    timeoutMs: Number.isFinite(options.timeoutMs) ? options.timeoutMs : 0,
    onBatchError: options.onBatchError,
    logLevel,
    isDryRun,
    workerModule: isModule ? worker.href : null,
    codecModules:
      isModule && codecs !== undefined ? codecs.map((codec) => moduleOf(codec, stage.name)) : null,
    ipc,
  })
  return {
    isolation: options.isolation,
    modulePath: isModule ? moduleEntry : mainModule(stage.name),
    args: isModule ? [] : withoutToken(process.argv.slice(2)),
    execArgv: process.execArgv,
    env: { ...replicaEnvironment(process.env, replica, options), ...spec },
  }
}

/** What a stage that brings its own replicas is told. */
function orderOf(
  { options, ipc }: NamedStage,
  replica: number,
  { logLevel, isDryRun }: LaunchOptions,
): BroughtLaunch['order'] {
  const { maxBatchSize, timeoutMs, onBatchError } = options
  return {
    maxBatchSize,
    timeoutMs,
    onBatchError,
    env: replicaEnvironment(process.env, replica, options),
    logLevel,
    readsCommonForm: ipc.reads,
    writesCommonForm: ipc.writes,
    isAtBorder: ipc.isAtBorder,
    isDryRun,
  }
}

function mainModule(stage: string): string {
  const [, main] = process.argv
  if (main !== undefined) return main
  throw new ConfigurationError(
    `stage ${stage}: a class needs a main module that its replicas can run again; name the worker by module instead: ` +
      `new URL('./worker.js', import.meta.url)`,
  )
}

function moduleOf(codec: Codec, stage: string): string {
  if (codec.module !== undefined) return codec.module
  throw new ConfigurationError(
    `stage ${stage}: the codec ${codec.name} names no module, so it cannot reach a worker that is named by module; ` +
      'set `module: import.meta.url` in the codec, or `codecs` in the worker',
  )
}
