/** The stages and routes that the user has named so far, with everything that can be checked before a start. */

import { type Codec, ConfigurationError } from '@mosec/core'
import { pathProblem } from '@mosec/http/paths'
import { checkWorker, isLauncher } from './check-worker.ts'
import { type IpcForm, ipcForms } from './ipc-forms.ts'
import type { Stage } from './stage.ts'
import { type ResolvedStageOptions, resolveStageOptions } from './stage-options.ts'

/** A stage with its final name. */
export interface NamedStage {
  readonly name: string
  readonly worker: Stage['worker']
  readonly options: ResolvedStageOptions
  /** The options as the user wrote them, to be resolved again with other values. */
  readonly given: Stage['options']
  /** Codecs of the routes it stands on, which replace the worker's own; undefined when no route names any. */
  readonly codecs: readonly Codec[] | undefined
  readonly ipc: IpcForm
}

/** A route with the names of its stages, in order. */
export interface NamedRoute {
  readonly path: string
  readonly stages: readonly [string, ...string[]]
  /** Clients may say how urgent a request is. */
  readonly priorities: boolean
}

/** What a server is to run. */
export interface Blueprint {
  readonly stages: readonly NamedStage[]
  readonly routes: readonly NamedRoute[]
}

/** A path, and how clients speak on it. */
export interface RouteOptions {
  readonly path: string
  /** Formats that clients of this route may speak, the default first. */
  readonly codecs?: readonly Codec[]
  /**
   * Clients may send `x-priority: high`, `normal` or `low`: among the requests of this route, one goes before those of
   * the next lower priority that came up to a second earlier. Off when left out: the header is not looked at.
   */
  readonly priorities?: boolean
}

interface RouteDraft {
  readonly stages: Stage[]
  codecs: readonly Codec[] | undefined
  priorities: boolean
}

/**
 * Collects stages and routes; the same calls give the same names in the parent and in each replica's process.
 * What cannot be is said by `finish`, so that a program reads it as one line when it runs, and not as a stack.
 */
export class BlueprintDraft {
  readonly #routes = new Map<string, RouteDraft>()
  readonly #problems: ConfigurationError[] = []

  /** Puts a stage at the end of a route; the route is made when it is new. */
  append(path: string, stage: Stage): void {
    this.#check(stage)
    this.#draft(path).stages.push(stage)
  }

  /** Makes a route of all its stages. */
  route({ path, codecs, priorities = false }: RouteOptions, stages: readonly Stage[]): void {
    if (this.#routes.has(path)) this.#refuse(`the route ${path} is registered already`)
    if (stages.length === 0) this.#refuse(`the route ${path} needs at least one stage, got none`)
    for (const stage of stages) this.#check(stage)
    const draft = this.#draft(path)
    draft.stages.push(...stages)
    draft.codecs = codecs
    draft.priorities = priorities
  }

  /**
   * Names the stages by class and position, as Mosec does (`Preprocess_1`).
   * @throws ConfigurationError for the first thing that cannot be: a path that is taken, reserved or no path, no stage,
   * a wrong option, two stages of one name, codecs that contradict each other.
   */
  finish(): Blueprint {
    const [problem] = this.#problems
    if (problem !== undefined) throw problem
    if (this.#routes.size === 0) {
      throw new ConfigurationError('the server has no stage: call appendWorker or route before run')
    }
    const names = this.#names()
    const routes = [...this.#routes].map(([path, draft]) => namedRoute(path, draft, names))
    const named = [...names].map(([{ worker }, name]) => ({ name, worker }))
    const formOf = ipcForms(named, routes)
    const stages = [...names].map(([stage, name]) => ({
      name,
      worker: stage.worker,
      options: resolveStageOptions(stage.options),
      given: stage.options,
      codecs: this.#codecsOf(stage, name),
      ipc: formOf(name),
    }))
    return { stages, routes }
  }

  #draft(path: string): RouteDraft {
    const known = this.#routes.get(path)
    if (known !== undefined) return known
    const problem = pathProblem(path)
    if (problem !== undefined) this.#refuse(`not a route: ${problem}`)
    const draft: RouteDraft = { stages: [], codecs: undefined, priorities: false }
    this.#routes.set(path, draft)
    return draft
  }

  #check({ worker, options }: Stage): void {
    try {
      checkWorker(worker)
      resolveStageOptions(options)
      if (!isLauncher(worker) || options.isolation === undefined) return
      throw new ConfigurationError(
        `stage option isolation is none of a stage that brings its own replicas (${worker.workerName})`,
      )
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      this.#problems.push(error)
    }
  }

  /** The error is made where the call was, so that its stack shows the user's own line to who debugs. */
  #refuse(message: string): void {
    this.#problems.push(new ConfigurationError(message))
  }

  #names(): Map<Stage, string> {
    const names = new Map<Stage, string>()
    const taken = new Set<string>()
    for (const stage of [...this.#routes.values()].flatMap(({ stages }) => stages)) {
      if (names.has(stage)) continue
      const name = stage.options.name ?? `${workerName(stage.worker)}_${names.size + 1}`
      if (taken.has(name))
        throw new ConfigurationError(`two stages are called ${name}: give one another name`)
      taken.add(name)
      names.set(stage, name)
    }
    return names
  }

  /** A stage's codecs are those of its routes, which must agree: an index into them travels with each task. */
  #codecsOf(stage: Stage, name: string): readonly Codec[] | undefined {
    const lists = [...this.#routes.values()]
      .filter(({ stages, codecs }) => codecs !== undefined && stages.includes(stage))
      .map(({ codecs }) => codecs ?? [])
    const [first, ...others] = lists
    const spell = (codecs: readonly Codec[]) => codecs.map((codec) => codec.name).join(', ')
    for (const other of others) {
      if (first === undefined || spell(other) === spell(first)) continue
      throw new ConfigurationError(
        `the stage ${name} is on routes with different codecs (${spell(first)}; ${spell(other)}): give them the same list`,
      )
    }
    return first
  }
}

function namedRoute(path: string, draft: RouteDraft, names: ReadonlyMap<Stage, string>): NamedRoute {
  const [first, ...rest] = draft.stages.map((stage) => names.get(stage) ?? '')
  if (first === undefined)
    throw new ConfigurationError(`the route ${path} needs at least one stage, got none`)
  return { path, stages: [first, ...rest], priorities: draft.priorities }
}

/** The class's name, or the module's file name without its ending. */
function workerName(worker: Stage['worker']): string {
  if (isLauncher(worker)) return worker.workerName
  if (!(worker instanceof URL)) return worker.name === '' ? 'Worker' : worker.name
  const file = worker.pathname.split('/').at(-1) ?? ''
  return file.replace(/\.[cm]?[jt]s$/, '').replace(/[^\w.-]/g, '_') || 'Worker'
}
