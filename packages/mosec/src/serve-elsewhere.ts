/** The main module runs again in processes that a server started: there, `run` and `start` serve and do not return. */

import { takeReplicaPlace } from '@mosec/worker'
import { takeIngressNumber } from './ingress/ingress-place.ts'
import type { IngressParts } from './ingress/run-ingress.ts'
import { runClassReplica } from './replica/run-class-replica.ts'

/** What the main module brings. */
export interface ElsewhereParts extends Omit<IngressParts, 'number'> {
  /** Ends what the main module has begun and only the server should. */
  readonly leave: () => void
}

/** Serves as a replica or as an ingress and ends the process; returns at once in a server's own. */
export async function serveElsewhere({ leave, ...parts }: ElsewhereParts): Promise<void> {
  const place = takeReplicaPlace(process.env)
  const number = takeIngressNumber(process.env)
  if (place !== undefined) {
    leave()
    await runClassReplica(place, parts.blueprint)
  }
  if (number === undefined) return
  leave()
  const { runIngress } = await import('./ingress/run-ingress.ts')
  await runIngress({ ...parts, number })
}
