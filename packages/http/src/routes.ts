/** Routes by pathname, checked: a path that is ours or that is there twice is refused at start. */

import { validateHeaderValue } from 'node:http'
import { ConfigurationError } from '@mosec/core'
import { type InferenceRoute, inferenceRoute } from './admission.ts'
import type { RouteInfo } from './options.ts'
import { pathProblem } from './paths.ts'

/** @throws ConfigurationError that names the path. */
export function indexRoutes(routes: readonly RouteInfo[]): ReadonlyMap<string, InferenceRoute> {
  const index = new Map<string, InferenceRoute>()
  for (const route of routes) {
    const problem = index.has(route.path) ? `${route.path} is there twice` : routeProblem(route)
    if (problem !== undefined) throw new ConfigurationError(`a route cannot be used: ${problem}`)
    index.set(route.path, inferenceRoute(route))
  }
  return index
}

function routeProblem(route: RouteInfo): string | undefined {
  const mimeTypes = route.responseCodecs.flatMap((codec) => codec.mimeTypes)
  return pathProblem(route.path) ?? mimeTypes.map(mimeTypeProblem).find((problem) => problem !== undefined)
}

/** Checked here, so that writing an answer's head cannot fail later. */
function mimeTypeProblem(mimeType: string): string | undefined {
  try {
    validateHeaderValue('content-type', mimeType)
    return undefined
  } catch {
    return `${JSON.stringify(mimeType)} is no MIME type`
  }
}
