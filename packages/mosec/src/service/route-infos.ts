/** What HTTP must know of each route, from what its first and last workers said of themselves. */

import { StartError } from '@mosec/core'
import type { RouteInfo } from '@mosec/http'
import type { WorkerInfo } from '@mosec/worker'
import type { NamedRoute } from '../blueprint.ts'

/**
 * One entry per route; the fleet must have started.
 * @throws StartError when a stage that streams is followed by another.
 */
export function routeInfos(
  routes: readonly NamedRoute[],
  infos: ReadonlyMap<string, WorkerInfo>,
): readonly RouteInfo[] {
  return routes.map((route) => {
    refuseStreamsWithin(route, infos)
    const { path, stages } = route
    const ingress = infos.get(stages[0])
    const egress = infos.get(stages.at(-1) ?? stages[0])
    return {
      path,
      requestCodecs: ingress?.requestTypes ?? [],
      responseCodecs: egress?.responseTypes ?? [],
      readsAnyType: ingress?.readsAnyType ?? true,
      isStream: egress?.isStream ?? false,
      allowsPriority: route.priorities,
    }
  })
}

/** Events go straight to the client, so a stage behind them would get nothing. */
function refuseStreamsWithin({ path, stages }: NamedRoute, infos: ReadonlyMap<string, WorkerInfo>): void {
  const index = stages.slice(0, -1).findIndex((stage) => infos.get(stage)?.isStream === true)
  if (index < 0) return
  throw new StartError(
    `route ${path}: the stage ${stages[index]} answers with a stream of events, so it must be the last one; ` +
      `${stages[index + 1]} follows it`,
  )
}
