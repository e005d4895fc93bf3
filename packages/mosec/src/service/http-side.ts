/** The HTTP side of a started service: a face, and the port or the processes that serve it. */

import type { Clock } from '@mosec/core'
import { createHttpFace, type HttpFace, type HttpFaceOptions, type Listening } from '@mosec/http'
import type { Api, ApiInfo } from '@mosec/openapi'
import type { WorkerInfo } from '@mosec/worker'
import type { Blueprint } from '../blueprint.ts'
import { packageVersion, type ServerConfig } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import { apiRoutes, serveOpenApi } from './open-api.ts'
import { refuseWordless } from './refuse-wordless.ts'
import { routeInfos } from './route-infos.ts'

/** What it is made of, beside what the face takes as it is. */
export interface HttpSideOptions
  extends Pick<HttpFaceOptions, 'submitter' | 'health' | 'metrics' | 'front' | 'observer'> {
  readonly blueprint: Blueprint
  readonly config: ServerConfig
  /** What the workers of each stage said of themselves; complete. */
  readonly infos: ReadonlyMap<string, WorkerInfo>
  readonly app: HttpFace['app']
  readonly info: Partial<ApiInfo>
  readonly serverHeader: string
  readonly clock: Clock
  readonly logger: ServerLogger
  /** Stops the server. */
  readonly stop: () => void
  /** Aborted when it stops. */
  readonly signal: AbortSignal
}

/** A port that can be ended without waiting for anybody. */
export interface OpenPort extends Listening {
  kill(): void
}

/** Made once the workers have said what they speak. */
export class HttpSide {
  readonly face: HttpFace
  readonly #options: HttpSideOptions
  readonly #faceOptions: HttpFaceOptions

  constructor(options: HttpSideOptions) {
    const { config, blueprint, infos, app } = options
    this.#options = options
    this.#faceOptions = {
      ...pickFaceOptions(options),
      routes: routeInfos(blueprint.routes, infos),
      maxRequestBytes: config.maxRequestBytes,
      isCompressionOn: config.isCompressionOn,
      timeoutMs: config.timeoutMs,
    }
    serveOpenApi(app, () => this.#api())
    this.face = createHttpFace({ ...this.#faceOptions, app })
  }

  /**
   * Opens the port, here or in ingress processes.
   * @throws StartError when it is in use, an ingress does not start, or a route's end does not speak with clients.
   */
  async listen(): Promise<OpenPort> {
    const { config, blueprint, infos } = this.#options
    refuseWordless(blueprint.routes, infos)
    if (config.ingress === 0) return { ...(await this.face.listen(config)), kill: () => {} }
    const { openIngresses } = await import('../ingress/open-ingresses.ts')
    return openIngresses({ ...this.#options, face: this.#faceOptions, api: this.#api() })
  }

  #api(): Api {
    const { blueprint, infos, info } = this.#options
    return {
      info: { title: 'MOSEC service', version: packageVersion(), ...info },
      routes: apiRoutes(blueprint.routes, infos),
    }
  }
}

function pickFaceOptions(options: HttpSideOptions): Omit<HttpFaceOptions, 'routes'> {
  const { submitter, health, metrics, front, observer, serverHeader, clock, logger } = options
  return {
    submitter,
    health,
    serverHeader,
    clock,
    logger,
    ...(metrics === undefined ? {} : { metrics }),
    ...(front === undefined ? {} : { front }),
    ...(observer === undefined ? {} : { observer }),
  }
}
