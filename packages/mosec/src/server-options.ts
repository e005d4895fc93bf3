/** What a server and its appended workers are made with. */

import type { ApiInfo } from '@mosec/openapi'
import type { ConfigDefaults } from './config/index.ts'

/** Settings that flags and environment override (`docs/configuration.md` lists them), and what only code can say. */
export interface ServerOptions extends ConfigDefaults {
  /** Title, version and description of the OpenAPI document. */
  readonly info?: Partial<ApiInfo> | undefined
}

/** The routes that an appended worker joins; all of them share its replicas and batches. */
export interface AppendOptions {
  /** `/inference` when left out. */
  readonly route?: string | readonly string[]
}
