/** The stages and routes that the user has named so far, with everything that can be checked before a start. */

import { type Codec, ConfigurationError } from '@mosec/core'
import { pathProblem } from '@mosec/http'
import type { Stage } from './stage.ts'
import type { ResolvedStageOptions } from './stage-options.ts'

/** A stage with its final name. */
export interface NamedStage {
  readonly name: string
  readonly worker: Stage['worker']
  readonly options: ResolvedStageOptions
  /** Codecs of the routes it stands on, which replace the worker's own; undefined when no route names any. */
  readonly codecs: readonly Codec[] | undefined
}

/** A route with the names of its stages, in order. */
export interface NamedRoute {
  readonly path: string
  readonly stages: readonly [string, ...string[]]
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
}

interface RouteDraft {
  readonly stages: Stage[]
  codecs: readonly Codec[] | undefined
}

/** Collects stages and routes; the same calls give the same names in the parent and in each replica's process. */
export class BlueprintDraft {
  readonly #routes = new Map<string, RouteDraft>()

  /** Puts a stage at the end of a route; the route is made when it is new. */
  append(path: string, stage: Stage): void {
    this.#draft(path).stages.push(stage)
  }

  /**
   * Makes a route of all its stages.
   * @throws ConfigurationError when the path is taken, reserved or no path, or when no stage is given.
   */
  route({ path, codecs }: RouteOptions, stages: readonly Stage[]): void {
    if (this.#routes.has(path)) throw new ConfigurationError(`the route ${path} is registered already`)
    if (stages.length === 0)
      throw new ConfigurationError(`the route ${path} needs at least one stage, got none`)
    const draft = this.#draft(path)
    draft.stages.push(...stages)
    draft.codecs = codecs
  }

  /**
   * Names the stages by class and position, as Mosec does (`Preprocess_1`).
   * @throws ConfigurationError when there is no route, two stages have one name, or codecs contradict each other.
   */
  finish(): Blueprint {
    if (this.#routes.size === 0) {
      throw new ConfigurationError('the server has no stage: call appendWorker or route before run')
    }
    const names = this.#names()
    const stages = [...names].map(([stage, name]) => ({
      name,
      worker: stage.worker,
      options: stage.options,
      codecs: this.#codecsOf(stage, name),
    }))
    return { stages, routes: [...this.#routes].map(([path, draft]) => namedRoute(path, draft, names)) }
  }

  #draft(path: string): RouteDraft {
    const known = this.#routes.get(path)
    if (known !== undefined) return known
    checkPath(path)
    const draft: RouteDraft = { stages: [], codecs: undefined }
    this.#routes.set(path, draft)
    return draft
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
  return { path, stages: [first, ...rest] }
}

function checkPath(path: string): void {
  const problem = pathProblem(path)
  if (problem !== undefined) throw new ConfigurationError(`not a route: ${problem}`)
}

/** The class's name, or the module's file name without its ending. */
function workerName(worker: Stage['worker']): string {
  if (!(worker instanceof URL)) return worker.name === '' ? 'Worker' : worker.name
  const file = worker.pathname.split('/').at(-1) ?? ''
  return file.replace(/\.[cm]?[jt]s$/, '').replace(/[^\w.-]/g, '_') || 'Worker'
}
