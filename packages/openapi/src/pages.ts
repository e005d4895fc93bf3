/** The pages under `/openapi`: the document and Swagger UI. */

import type { Api } from './api.ts'
import { openApiDocument } from './document.ts'
import { swaggerFile } from './swagger-files.ts'

/** The document's path. */
const DOCUMENT = '/openapi/metadata.json'
/** Where Swagger UI lies. */
const SWAGGER = '/openapi/swagger/'
/** Paths that a person may type, and where they lead, relative to them. */
const redirects: ReadonlyMap<string, string> = new Map([
  ['/openapi', './openapi/swagger/'],
  ['/openapi/', './swagger/'],
  ['/openapi/swagger', './swagger/'],
])

/** The browser itself refuses whatever is not of this server. Swagger UI sets styles on elements. */
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"

/**
 * Answers a GET (or HEAD) of one of the pages; undefined for a path that is none of them.
 * @param pathname as it came, not decoded: only exact names are known.
 */
export async function openApiPage(pathname: string, api: () => Api): Promise<Response | undefined> {
  if (pathname === DOCUMENT) return Response.json(openApiDocument(api()))
  const location = redirects.get(pathname)
  if (location !== undefined) return new Response(null, { status: 302, headers: { location } })
  if (!pathname.startsWith(SWAGGER)) return undefined
  const file = await swaggerFile(pathname.slice(SWAGGER.length))
  if (file === undefined) return undefined
  const headers = {
    'content-type': file.contentType,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  }
  return new Response(file.body, { headers })
}
