/** What we look at in a request's head, from a node request or a web one. */

import type { NodeRequest } from './node-messages.ts'

/** Headers that matter to an inference route; an absent one is the empty string. */
export interface RequestHead {
  readonly method: string
  readonly contentType: string
  readonly accept: string
  readonly contentLength: string
  readonly contentEncoding: string
  readonly timeout: string
  readonly priority: string
}

/** Shortens the service timeout of one request; a positive integer, in milliseconds. */
export const TIMEOUT_HEADER = 'x-request-timeout-ms'

/** How urgent a request is among those of its route, where the route allows it. */
export const PRIORITY_HEADER = 'x-priority'

/** Head of a node request. */
export function headOfIncoming(request: NodeRequest): RequestHead {
  const { headers } = request
  return {
    method: request.method ?? '',
    contentType: headers['content-type'] ?? '',
    accept: headers.accept ?? '',
    contentLength: headers['content-length'] ?? '',
    contentEncoding: headers['content-encoding'] ?? '',
    timeout: singleHeader(headers[TIMEOUT_HEADER]),
    priority: singleHeader(headers[PRIORITY_HEADER]),
  }
}

/** Head of a web request. */
export function headOfRequest(request: Request): RequestHead {
  const { headers } = request
  return {
    method: request.method,
    contentType: headers.get('content-type') ?? '',
    accept: headers.get('accept') ?? '',
    contentLength: headers.get('content-length') ?? '',
    contentEncoding: headers.get('content-encoding') ?? '',
    timeout: headers.get(TIMEOUT_HEADER) ?? '',
    priority: headers.get(PRIORITY_HEADER) ?? '',
  }
}

/** `Accept-Encoding` of a node request. */
export const acceptedEncoding = ({ headers }: NodeRequest): string => singleHeader(headers['accept-encoding'])

function singleHeader(value: string | string[] | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.join(', ')
}
