/** A worker and how it runs, ready to be put on a route. */

import type { AnyWorker, ReplicaLauncher, WorkerClass } from '@mosec/core'
import type { BatchStageOptions, StageOptionsOf } from './stage-options.ts'

/** What goes into a worker's `forward`, per task. */
export type InputOf<W> = W extends { readonly types?: { readonly input: infer In } } ? In : unknown
/** What comes out of a worker's `forward`, per task. */
export type OutputOf<W> = W extends { readonly types?: { readonly output: infer Out } } ? Out : unknown

/** A stage of a pipeline. One object may stand on several routes: they share its replicas and its batches. */
export interface Stage<In = unknown, Out = unknown> {
  /** The worker's class, the URL of the module whose default export it is, or what starts its replicas. */
  readonly worker: WorkerClass | URL | ReplicaLauncher
  readonly options: BatchStageOptions
  /** Never set: carries the types to `server.route`. */
  readonly types?: { readonly input: In; readonly output: Out }
}

// The class comes last, since the compiler's message about a wrong option is that of the last overload.
/**
 * Makes a stage of the module whose default export is the worker's class; the parent process never loads it.
 * Give the types of `forward` where the compiler shall check the neighbours: `stage<In, Out>(new URL(...))`.
 * What cannot be is said when the server is run or started.
 */
export function stage<In = unknown, Out = unknown>(worker: URL, options?: BatchStageOptions): Stage<In, Out>
/**
 * Makes a stage of a worker's class, which the server finds in the replica by running the main module again there.
 * What cannot be is said when the server is run or started.
 */
export function stage<W extends AnyWorker>(
  worker: new () => W,
  options?: StageOptionsOf<W>,
): Stage<InputOf<W>, OutputOf<W>>
export function stage(worker: WorkerClass | URL, options: BatchStageOptions = {}): Stage {
  return { worker, options }
}

/** What a stage is told when the one before does not fit it. */
export interface DoesNotFit<From, To> {
  readonly 'the stage before gives': From
  readonly 'this stage takes': To
}

type Fits<From, To> = unknown extends From ? true : unknown extends To ? true : From extends To ? true : false

/**
 * The stages of a route, each one of which must take what the one before gives. One entry per argument, so that the
 * compiler points at the stage that does not fit.
 */
export type Chain<Stages extends readonly unknown[]> = {
  readonly [Index in keyof Stages]: Index extends keyof Before
    ? Link<OutputOf<Stages[Before[Index] & keyof Stages]>, Stages[Index]>
    : Stages[Index]
}

type Link<From, Next> = Fits<From, InputOf<Next>> extends true ? Next : DoesNotFit<From, InputOf<Next>>

/** The position before each; a longer pipeline is not checked beyond. */
interface Before {
  readonly '1': '0'
  readonly '2': '1'
  readonly '3': '2'
  readonly '4': '3'
  readonly '5': '4'
  readonly '6': '5'
  readonly '7': '6'
  readonly '8': '7'
  readonly '9': '8'
}
