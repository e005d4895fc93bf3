/** From a face's options to the processes that serve it. */

import { type Clock, ConfigurationError } from '@mosec/core'
import type { HttpFaceOptions, RouteInfo } from '@mosec/http'
import type { Api } from '@mosec/openapi'
import { withoutToken } from '../admin/keep-secret.ts'
import type { ServerConfig } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import { IngressCrew } from './ingress-crew.ts'
import type { IngressLaunch } from './ingress-process.ts'
import type { BeginMessage, PlainRequest, Questions, Topic } from './messages.ts'
import { plainResponse, webRequest } from './plain-web.ts'

/** What they are made of. */
export interface IngressesOptions {
  readonly config: ServerConfig
  /** As the server's own face has them; what cannot travel is asked for. */
  readonly face: HttpFaceOptions
  readonly api: Api
  readonly serverHeader: string
  readonly clock: Clock
  readonly logger: ServerLogger
  /** Stops the server. */
  readonly stop: () => void
  /** Aborted when it stops. */
  readonly signal: AbortSignal
}

/** What an ingress cannot see, so that all below this path is asked for when there is such a part. */
const FRONT_PATH = '/admin'

/**
 * Starts the ingress processes and opens the port.
 * @throws StartError when one does not start or the port is in use; ConfigurationError without a main module.
 */
export async function openIngresses(options: IngressesOptions): Promise<IngressCrew> {
  const { config, face, clock, logger, signal } = options
  const crew = new IngressCrew({
    count: config.ingress,
    host: config.host,
    port: config.port,
    backlog: config.backlog,
    timeoutMs: config.timeoutMs,
    launch: launchOf(),
    begin: beginOf(options),
    submissions: {
      submitter: face.submitter,
      routes: face.routes.map(submissionRoute),
      answered: (answer) => face.observer?.answered?.(answer),
      logger,
      maxPayloadBytes: config.maxRequestBytes,
    },
    answer: (topic, asked) => answerTo(topic, asked, options),
    clock,
    logger,
  })
  await crew.open(signal)
  return crew
}

function launchOf(): IngressLaunch {
  const [, modulePath] = process.argv
  if (modulePath === undefined)
    throw new ConfigurationError('--ingress needs a main module that each ingress process can run again')
  return { modulePath, args: withoutToken(process.argv.slice(2)) }
}

function beginOf({ config, face, api, serverHeader }: IngressesOptions): BeginMessage {
  const { maxRequestBytes, timeoutMs, isCompressionOn, logLevel } = config
  return {
    type: 'begin',
    face: {
      maxRequestBytes,
      timeoutMs,
      isCompressionOn,
      serverHeader,
      routes: face.routes,
      hasMetrics: face.metrics !== undefined,
      frontPath: face.front === undefined ? null : FRONT_PATH,
    },
    api,
    logLevel,
  }
}

/** A route that takes any bytes has the request codec 0. */
const submissionRoute = ({ path, requestCodecs, responseCodecs }: RouteInfo) => ({
  path,
  requestCodecs: Math.max(1, requestCodecs.length),
  responseCodecs: Math.max(1, responseCodecs.length),
})

async function answerTo(
  topic: Topic,
  asked: unknown,
  { face, stop }: IngressesOptions,
): Promise<Questions[Topic]['told'] | undefined> {
  if (topic === 'health') return face.health()
  if (topic === 'metrics') return face.metrics?.()
  if (topic === 'stop') {
    stop()
    return null
  }
  const response = await face.front?.(webRequest(asked as PlainRequest))
  return response === undefined ? undefined : plainResponse(response)
}
