/** What all replicas are told alike. */

import type { LogLevel } from '../config/index.ts'

/** Part of what each is started with. */
export interface LaunchOptions {
  readonly logLevel: LogLevel
  readonly isDryRun: boolean
}
