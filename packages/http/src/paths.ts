/** `@mosec/http/paths`: which paths can be routes. Apart, since a replica's process needs this and no server. */

const RESERVED = ['/metrics', '/openapi', '/health', '/healthz', '/readyz', '/admin']

/**
 * Why a path cannot be a route; undefined when it can.
 *
 * @example
 * pathProblem('/metrics') // '/metrics is reserved ...'
 */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `${path} must start with a slash`
  if (/[?#\s]/.test(path)) return `${path} must be a plain pathname, without ?, # or spaces`
  const isReserved = path === '/' || RESERVED.some((own) => path === own || path.startsWith(`${own}/`))
  return isReserved ? `${path} is reserved: the server answers it itself` : undefined
}
