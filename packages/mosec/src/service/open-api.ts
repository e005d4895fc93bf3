/** The OpenAPI document and Swagger UI on the app; nothing of them is loaded before somebody asks. */

import type { HttpFace } from '@mosec/http'
import type { Api, ApiRoute, NamedSchema } from '@mosec/openapi'
import type { WorkerInfo } from '@mosec/worker'
import type { NamedRoute } from '../blueprint.ts'

/**
 * Answers `/openapi/metadata.json` and `/openapi/swagger/`.
 * @param api asked at each request for the document: what it tells is known once the replicas have started.
 */
export function serveOpenApi(app: HttpFace['app'], api: () => Api): void {
  app.all('/openapi/*', async ({ req }, next) => {
    const { openApiPage } = await import('@mosec/openapi')
    const page = await openApiPage(req.path, api)
    if (page === undefined) return next()
    if (req.method === 'GET' || req.method === 'HEAD') return page
    return new Response('method not allowed: use GET', { status: 405, headers: { allow: 'GET, HEAD' } })
  })
}

/** What the document tells of each route, from what its first and last workers said of themselves. */
export function apiRoutes(
  routes: readonly NamedRoute[],
  infos: ReadonlyMap<string, WorkerInfo>,
): readonly ApiRoute[] {
  return routes.map(({ path, stages, priorities }) => {
    const [first] = stages
    const last = stages.at(-1) ?? first
    const ingress = infos.get(first)
    const egress = infos.get(last)
    return {
      path,
      stages,
      requestFormats: ingress?.requestTypes ?? [],
      responseFormats: egress?.responseTypes ?? [],
      // One that says what it takes has a format to say it in.
      readsAnyType: (ingress?.readsAnyType ?? true) && ingress?.inputSchema === undefined,
      isStream: egress?.isStream ?? false,
      allowsPriority: priorities,
      input: named(`${first}.input`, ingress?.inputSchema),
      output: named(`${last}.output`, egress?.outputSchema),
      examples: ingress?.examples ?? [],
    }
  })
}

const named = (name: string, schema: NamedSchema['schema'] | undefined): NamedSchema | undefined =>
  schema === undefined ? undefined : { name, schema }
