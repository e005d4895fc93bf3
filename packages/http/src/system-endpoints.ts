/** The endpoints beside inference: service, metrics and health. All of them answer GET and HEAD. */

import { type Health, outcomes } from '@mosec/core'
import { type Answer, answerOf, makeAnswer, textAnswer } from './answer.ts'
import type { ResolvedOptions } from './options.ts'

/** Makes the answer for one GET. `wantsProblem` shapes errors only. */
export type SystemEndpoint = (wantsProblem: boolean) => Answer | Promise<Answer>

/** Endpoints by exact pathname. */
export function createSystemEndpoints(options: ResolvedOptions): ReadonlyMap<string, SystemEndpoint> {
  const { health, metrics, alive, serverHeader } = options
  const live = async (): Promise<Answer> => {
    await alive?.()
    return jsonAnswer(200, { status: 'alive' }, serverHeader)
  }
  const ready = async (): Promise<Answer> => readiness(await health(), serverHeader)
  const endpoints = new Map<string, SystemEndpoint>([
    ['/', async (wantsProblem) => serviceAnswer(await health(), wantsProblem, serverHeader)],
    ['/health/live', live],
    ['/healthz', live],
    ['/health/ready', ready],
    ['/readyz', ready],
  ])
  if (metrics !== undefined) {
    endpoints.set('/metrics', async () => {
      const { contentType, body } = await metrics()
      return makeAnswer(200, contentType, Buffer.from(body), serverHeader)
    })
  }
  return endpoints
}

function serviceAnswer(health: Health, wantsProblem: boolean, serverHeader: string): Answer {
  return health.status === 'draining'
    ? answerOf(outcomes.shuttingDown, { mimeType: '', wantsProblem }, serverHeader)
    : textAnswer(200, 'MOSEC service', serverHeader)
}

/**
 * 503 names the stages that have no ready replica, or were taken out of service. Replicas that keep dying are named in
 * any case: the others may do their work for a while.
 */
function readiness({ status, stages, failing = [] }: Health, serverHeader: string): Answer {
  const trouble = failing.length === 0 ? {} : { failing }
  if (status === 'ready') return jsonAnswer(200, { status, ...trouble }, serverHeader)
  const notReady = stages.filter(({ ready, isDrained }) => ready === 0 || isDrained === true)
  const answer = jsonAnswer(503, { status, notReady, ...trouble }, serverHeader)
  answer.headers.push('retry-after', '1')
  return answer
}

function jsonAnswer(status: number, value: unknown, serverHeader: string): Answer {
  return makeAnswer(status, 'application/json', Buffer.from(JSON.stringify(value)), serverHeader)
}
