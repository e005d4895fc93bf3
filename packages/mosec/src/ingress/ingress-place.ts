/** How a process learns that it was started as an ingress: one environment variable, written and read here. */

const VARIABLE = 'MOSEC_INGRESS_PLACE'

/** Number of the file that the fork has open to the scheduler's process, beside the four usual ones. */
export const SUBMISSIONS_FD = 4

/** The environment that tells a fork its number, from 1. */
export const ingressEnvironment = (number: number): Record<string, string> => ({ [VARIABLE]: `${number}` })

/**
 * The number of this process, or undefined when it is no ingress. It is taken out of the environment, so that a program
 * that a handler starts does not believe to be one.
 */
export function takeIngressNumber(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[VARIABLE]
  if (text === undefined) return undefined
  delete environment[VARIABLE]
  return Number(text)
}
