/** `mosec`: model serving made efficient. Subclass a worker, name it, run. */

export {
  type AnyWorker,
  type Awaitable,
  type BatchResult,
  ClientError,
  type Codec,
  ConfigurationError,
  DecodingError,
  EncodingError,
  type ForwardContext,
  HttpError,
  type InferInput,
  type InferOutput,
  type Logger,
  MosecError,
  type Observer,
  ServerError,
  type StandardSchema,
  StartError,
  TimeoutError,
  ValidationError,
  type WorkerClass,
  type WorkerContext,
  withSchema,
} from '@mosec/core'
export type { ApiInfo } from '@mosec/openapi'
export type { RouteOptions } from './blueprint.ts'
export type { ConfigDefaults } from './config/index.ts'
export type { Daemon } from './daemons.ts'
export type { Plugin, PluginHost } from './plugin.ts'
export type { Address, RunOptions } from './program.ts'
export type { RecycleOptions } from './recycle-options.ts'
export type { StageChanges } from './scaling/stage-changes.ts'
export type { ReplicaCounts, StageState } from './scaling/stage-state.ts'
export { Server } from './server.ts'
export type { AppendOptions, ServerOptions } from './server-options.ts'
export type { SubmitOptions } from './service/in-process.ts'
export { type Chain, type DoesNotFit, type InputOf, type OutputOf, type Stage, stage } from './stage.ts'
export type {
  BaseStageOptions,
  BatchPolicyName,
  BatchStageOptions,
  Isolation,
  SingleStageOptions,
  StageOptionsOf,
} from './stage-options.ts'
export { BatchStreamWorker, BatchWorker, StreamWorker, Worker } from './workers.ts'
