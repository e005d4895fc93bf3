/** Whether all is well, and what to do next when it is not. */

import type { Finding } from '@mosec/core'

/** What was found in all. */
export interface Findings {
  readonly machine: readonly Finding[]
  readonly runtimes: readonly Finding[]
}

/** The last lines of the report. */
export interface Verdict {
  readonly isWell: boolean
  readonly message: string
  readonly nextStep?: string
}

/**
 * Not well is a machine that has a problem, or a wanted backend that cannot be used. What nobody asked for may be broken.
 * @param wanted `tfjs/wasm`, or `wasm` for that backend of whichever runtime has it working.
 * @param known names of all backends of the runtimes that are installed.
 */
export function judge(
  { machine, runtimes }: Findings,
  wanted?: string,
  known: readonly string[] = [],
): Verdict {
  const broken = machine.find(({ status }) => status === 'problem')
  if (broken !== undefined) return bad(`${broken.subject}: ${broken.summary}`, broken)
  if (wanted !== undefined) return judgeWanted(runtimes, wanted, known)
  const working = runtimes.filter(isUsable)
  if (working.length === 0)
    return { isWell: true, message: 'no backend of a runtime works here, and none was asked for' }
  return { isWell: true, message: `these work: ${working.map(({ subject }) => subject).join(', ')}` }
}

function judgeWanted(runtimes: readonly Finding[], wanted: string, known: readonly string[]): Verdict {
  const candidates = runtimes.filter(({ subject }) => isBackendOf(subject, wanted))
  const usable = candidates.find(isUsable)
  if (usable !== undefined) return { isWell: true, message: `${usable.subject} works` }
  const [first] = candidates
  if (first !== undefined) return bad(`${first.subject} cannot be used: ${first.summary}`, first)
  const lacking = runtimes.find((finding) => backendsOf(finding).some((each) => isBackendOf(each, wanted)))
  if (lacking !== undefined) return bad(`the backend "${wanted}" cannot be used: ${lacking.summary}`, lacking)
  const names = [...known, ...runtimes.flatMap(backendsOf)]
  return bad(`there is no backend "${wanted}"; there are ${names.join(', ')}`)
}

/** Of a runtime that is not installed, which says so in its place. */
function backendsOf({ details }: Finding): string[] {
  const backends = details?.['backends']
  return Array.isArray(backends) ? backends.map(String) : []
}

/** Whether this backend is the one that is meant. */
export function isBackendOf(subject: string, wanted: string): boolean {
  return subject === wanted || subject.endsWith(`/${wanted}`)
}

const isUsable = ({ status }: Finding): boolean => status === 'ok' || status === 'warning'

const bad = (message: string, { nextStep }: Pick<Finding, 'nextStep'> = {}): Verdict => ({
  isWell: false,
  message,
  ...(nextStep !== undefined && { nextStep }),
})
