/** The OpenAPI 3.1 document of a service. */

import type { Api, ApiObject, ApiRoute } from './api.ts'
import { errorComponents, problemSchema } from './error-responses.ts'
import { routeOperation } from './route-operation.ts'
import { schemaComponents } from './schema-components.ts'
import { servicePaths } from './service-paths.ts'

/**
 * Makes the document (https://spec.openapis.org/oas/v3.1.1): each route with its formats, schemas and errors, and the
 * endpoints that every service has.
 */
export function openApiDocument({ info, routes }: Api): ApiObject {
  const { title, version, description } = info
  return {
    openapi: '3.1.1',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    // Relative to this document, so that it holds behind a prefix, too.
    servers: [{ url: '..' }],
    tags: [
      { name: 'inference', description: 'The models.' },
      { name: 'service', description: 'Health and metrics.' },
    ],
    paths: { ...inferencePaths(routes), ...servicePaths },
    components: {
      schemas: { ...schemaComponents(routes), Problem: problemSchema },
      responses: errorComponents,
    },
  }
}

function inferencePaths(routes: readonly ApiRoute[]): ApiObject {
  const taken = new Set<string>()
  return Object.fromEntries(
    routes.map((route) => [
      pathKey(route.path),
      { post: routeOperation(route, operationId(route.path, taken)) },
    ]),
  )
}

/** Braces would be a parameter, and our routes have none. */
const pathKey = (path: string): string => path.replaceAll('{', '%7B').replaceAll('}', '%7D')

/** `/v1/embeddings` -> `post_v1_embeddings`, with a number where another path gives the same. */
function operationId(path: string, taken: Set<string>): string {
  const name = `post_${path.replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '')}`
  let id = name
  for (let number = 2; taken.has(id); number++) id = `${name}_${number}`
  taken.add(id)
  return id
}
