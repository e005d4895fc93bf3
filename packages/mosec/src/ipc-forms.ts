/** In which form stages hand each other values: their own where all are of one kind, the common form across a border. */

import { ConfigurationError } from '@mosec/core'
import { isLauncher } from './check-worker.ts'
import type { Stage } from './stage.ts'

/** How one stage speaks to its neighbours. */
export interface IpcForm {
  /** URL of the module that encodes and decodes the common form; null where nobody needs one. */
  readonly module: string | null
  /** What comes in is in the common form. */
  readonly reads: boolean
  /** What goes out is in the common form. */
  readonly writes: boolean
  /** A stage beside it is of another kind; otherwise only callers in the server's process speak the common form. */
  readonly isAtBorder: boolean
}

/** The part of a stage that matters here. */
export interface FormStage {
  readonly name: string
  readonly worker: Stage['worker']
}

/** The part of a route that matters here. */
export interface FormRoute {
  readonly stages: readonly string[]
}

/** The kind of stages whose workers are classes, and of callers in the server's own process. */
const HERE = 'typescript'

/**
 * Finds the borders. Who speaks across one speaks the common form on that side to everybody, since a stage has one way
 * of reading and one of writing, whatever routes it stands on; nobody guesses the form from the bytes.
 * @throws ConfigurationError when stages of two foreign kinds have no form in common.
 */
export function ipcForms(
  stages: readonly FormStage[],
  routes: readonly FormRoute[],
): (stage: string) => IpcForm {
  const module = commonModule(stages)
  const kinds = new Map(stages.map(({ name, worker }) => [name, isLauncher(worker) ? worker.kind : HERE]))
  const borders: Marked = { readers: new Set(), writers: new Set() }
  if (module !== null) markBorders(routes, kinds, borders)
  const marked: Marked = { readers: new Set(borders.readers), writers: new Set(borders.writers) }
  if (module !== null) markCallers(routes, kinds, marked)
  return (stage) => ({
    module,
    reads: marked.readers.has(stage),
    writes: marked.writers.has(stage),
    isAtBorder: borders.readers.has(stage) || borders.writers.has(stage),
  })
}

interface Marked {
  readonly readers: Set<string>
  readonly writers: Set<string>
}

type Kinds = ReadonlyMap<string, string>

/**
 * `server.submit` hands its value to the first stage and takes the last one's; but a stage that also has a neighbour of
 * its own kind on that side goes on as the two like it.
 */
function markCallers(routes: readonly FormRoute[], kinds: Kinds, { readers, writers }: Marked): void {
  const pairs = routes.flatMap(neighbours)
  for (const { stages } of routes) {
    const [first = ''] = stages
    const last = stages.at(-1) ?? first
    if (kinds.get(first) !== HERE && !pairs.some(([, to]) => to === first)) readers.add(first)
    if (kinds.get(last) !== HERE && !pairs.some(([from]) => from === last)) writers.add(last)
  }
}

/** Until nothing changes: a stage that must use the common form on one way uses it on all ways of that side. */
function markBorders(routes: readonly FormRoute[], kinds: Kinds, { readers, writers }: Marked): void {
  let before: number
  do {
    before = readers.size + writers.size
    for (const [from, to] of routes.flatMap(neighbours)) {
      if (kinds.get(from) === kinds.get(to) && !writers.has(from) && !readers.has(to)) continue
      writers.add(from)
      readers.add(to)
    }
  } while (readers.size + writers.size > before)
}

function neighbours({ stages }: FormRoute): [string, string][] {
  return stages.slice(1).map((to, index) => [stages[index] ?? '', to])
}

function commonModule(stages: readonly FormStage[]): string | null {
  const launchers = stages.flatMap(({ worker }) => (isLauncher(worker) ? worker : []))
  const [first] = launchers
  const other = launchers.find(({ ipcModule }) => ipcModule !== first?.ipcModule)
  if (first !== undefined && other !== undefined) {
    throw new ConfigurationError(
      `stages of the kinds ${first.kind} and ${other.kind} cannot be in one server: they have no form of values in common`,
    )
  }
  return first?.ipcModule ?? null
}
