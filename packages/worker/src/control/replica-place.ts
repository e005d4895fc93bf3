/** How a process learns that it was started as a replica: one environment variable, written and read here. */

const VARIABLE = 'MOSEC_REPLICA_PLACE'

/** Which replica the process is, and where its parent listens. */
export interface ReplicaPlace {
  readonly stage: string
  /** 1-based number within the stage. */
  readonly replica: number
  /** The transport's address to connect to. */
  readonly address: string
  /** The parent's guard ends this process when the parent is dead; it watches by itself otherwise. */
  readonly isGuarded?: boolean
}

/** An environment: the process's own, or what a fork is given. */
export type Environment = Record<string, string | undefined>

/** The environment that tells a fork its place. */
export function placeEnvironment(place: ReplicaPlace): Environment {
  return { [VARIABLE]: JSON.stringify(place) }
}

/**
 * The place of this process, or undefined when it is no replica. It is taken out of the environment, so that a program
 * that a worker starts does not believe to be one.
 */
export function takeReplicaPlace(environment: Environment): ReplicaPlace | undefined {
  const text = environment[VARIABLE]
  if (text === undefined) return undefined
  delete environment[VARIABLE]
  return parsePlace(text)
}

function parsePlace(text: string): ReplicaPlace | undefined {
  try {
    const place: unknown = JSON.parse(text)
    return isPlace(place) ? place : undefined
  } catch {
    return undefined
  }
}

function isPlace(value: unknown): value is ReplicaPlace {
  if (typeof value !== 'object' || value === null) return false
  const { stage, replica, address }: Partial<Record<string, unknown>> = { ...value }
  return typeof stage === 'string' && Number.isInteger(replica) && typeof address === 'string'
}
