/** Web requests and responses in a form that travels between processes, and back. */

import type { PlainRequest, PlainResponse } from './messages.ts'

export async function plainRequest(request: Request): Promise<PlainRequest> {
  const body = Buffer.from(await request.arrayBuffer()).toString('base64')
  return { method: request.method, url: request.url, headers: [...request.headers], body }
}

export function webRequest({ method, url, headers, body }: PlainRequest): Request {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  return new Request(url, body === '' ? init : { ...init, body: Buffer.from(body, 'base64') })
}

export async function plainResponse(response: Response): Promise<PlainResponse> {
  const body = Buffer.from(await response.arrayBuffer()).toString('base64')
  return { status: response.status, headers: [...response.headers], body }
}

export function webResponse({ status, headers, body }: PlainResponse): Response {
  const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  return new Response(body === '' ? null : Buffer.from(body, 'base64'), init)
}
