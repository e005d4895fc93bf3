/** A started service as the user's object drives it: here, or from an ingress process. */

import type { HttpFace } from '@mosec/http'
import type { Scaling } from '../scaling/scaling.ts'
import type { InProcessService } from './in-process.ts'

/** What `Server` needs of whoever does its work. */
export interface RunningService extends InProcessService {
  readonly face: HttpFace
  readonly scaling: Pick<Scaling, 'stages' | 'scale'>
  /** Whether a route answers with a stream of events. */
  isStream(route: string): boolean
  /** Later calls wait for the first. */
  stop(): Promise<void>
  /** Ends all processes at once. */
  kill(): Promise<void>
}
