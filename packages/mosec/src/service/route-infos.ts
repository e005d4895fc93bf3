/** What HTTP must know of each route, from what its first and last workers said of themselves. */

import type { RouteInfo } from '@mosec/http'
import type { WorkerInfo } from '@mosec/worker'
import type { NamedRoute } from '../blueprint.ts'

/** One entry per route; the fleet must have started. */
export function routeInfos(
  routes: readonly NamedRoute[],
  infos: ReadonlyMap<string, WorkerInfo>,
): readonly RouteInfo[] {
  return routes.map(({ path, stages }) => {
    const ingress = infos.get(stages[0])
    const egress = infos.get(stages.at(-1) ?? stages[0])
    return {
      path,
      requestCodecs: ingress?.requestTypes ?? [],
      responseCodecs: egress?.responseTypes ?? [],
      readsAnyType: ingress?.readsAnyType ?? true,
      isStream: egress?.isStream ?? false,
    }
  })
}
