/** What `server.use` takes. */

import type { Logger, Observer } from '@mosec/core'
import type { HttpFace } from '@mosec/http'

/** What a plugin is given to work with, once, before the server starts. */
export interface PluginHost {
  /** Adds HTTP routes or middleware here. */
  readonly app: HttpFace['app']
  readonly logger: Logger
}

/** Observes, adds HTTP routes and metrics, and does something at start and stop; every part is optional. */
export interface Plugin {
  /** For messages. */
  readonly name: string
  readonly observer?: Observer
  /** Metrics of your own in Prometheus' text format, put on the page of `GET /metrics` behind ours. */
  readonly metrics?: () => string | Promise<string>
  /** Called once, before replicas start. */
  setup?(host: PluginHost): void
  /** Called when the service is ready; the port opens after it. A throw stops the start. */
  started?(): void | Promise<void>
  /** Called when the service has stopped; a throw is logged. */
  stopped?(): void | Promise<void>
}
