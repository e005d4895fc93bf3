/** `/admin/stages`: what stages do, and changes to them, for who has the token. */

import { type Clock, ConfigurationError, HttpError, type Logger, MosecError } from '@mosec/core'
import { errorResponse, readWebBody } from '@mosec/http'
import type { Scaling } from '../scaling/scaling.ts'
import { isSettled, type StageState } from '../scaling/stage-state.ts'
import { tokenCheck } from './admin-token.ts'
import { RefusalLog } from './refusal-log.ts'

/** What it is made of. */
export interface AdminOptions {
  readonly token: string
  readonly scaling: Scaling
  readonly serverHeader: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Changes are a few dozen bytes. */
const MOST_BODY_BYTES = 16 * 1024

const LIST = '/admin/stages'

/**
 * Answers requests below `/admin`; undefined for any other.
 *
 * 401 comes first, so that who has no token learns nothing.
 */
export function adminApi(options: AdminOptions): (request: Request) => Promise<Response> | undefined {
  const isAllowed = tokenCheck(options.token)
  const refusals = new RefusalLog(options)
  return (request) => {
    const path = adminPath(request.url)
    if (path === undefined) return undefined
    if (isAllowed(request.headers.get('authorization'))) return answer(request, path, options)
    refusals.add()
    const error = new HttpError(
      401,
      'the admin endpoints need the token of --admin: Authorization: Bearer <token>',
    )
    return Promise.resolve(
      errorResponse(error, { ...options, request, headers: ['www-authenticate', 'Bearer'] }),
    )
  }
}

/** The pathname of a request that is for us. A URL is made only for those that may be. */
function adminPath(url: string): string | undefined {
  if (!url.includes('/admin')) return undefined
  const { pathname } = new URL(url)
  return pathname === '/admin' || pathname.startsWith('/admin/') ? pathname : undefined
}

async function answer(request: Request, path: string, options: AdminOptions): Promise<Response> {
  try {
    return await answerAllowed(request, path, options)
  } catch (error) {
    if (error instanceof MosecError) return errorResponse(error, { ...options, request })
    options.logger.error('the admin endpoint failed', { error })
    return errorResponse(new HttpError(500, 'internal error'), { ...options, request })
  }
}

async function answerAllowed(request: Request, path: string, options: AdminOptions): Promise<Response> {
  const { scaling } = options
  if (path === LIST) {
    return isRead(request)
      ? json(request, 200, { stages: scaling.stages })
      : wrongMethod(request, 'GET, HEAD', options)
  }
  const name = stageName(path)
  const state = findStage(scaling, name)
  if (isRead(request)) return json(request, 200, state)
  if (request.method !== 'PATCH') return wrongMethod(request, 'GET, HEAD, PATCH', options)
  const changed = change(scaling, name, await readJson(request))
  return json(request, isSettled(changed) ? 200 : 202, changed)
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

function stageName(path: string): string {
  const name = path.startsWith(`${LIST}/`) ? path.slice(LIST.length + 1) : ''
  if (name !== '') return decoded(name)
  throw new HttpError(404, `not found: there are ${LIST} and ${LIST}/<name>`)
}

/** What cannot be decoded is no stage's name, as it is. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function findStage(scaling: Scaling, name: string): StageState {
  return withStatus(404, () => scaling.stage(name))
}

function change(scaling: Scaling, name: string, changes: unknown): StageState {
  return withStatus(422, () => scaling.scale(name, changes))
}

/** In code it is a wrong setting, for which the server would not start; here the client is wrong. */
function withStatus<T>(status: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ConfigurationError) throw new HttpError(status, error.message, { cause: error })
    throw error
  }
}

async function readJson(request: Request): Promise<unknown> {
  const body = await bodyOf(request)
  if (body === 'too large')
    throw new HttpError(413, `the body is too large: at most ${MOST_BODY_BYTES} bytes`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new HttpError(400, 'the body is no JSON: give an object such as {"replicas": 4}', { cause })
  }
}

async function bodyOf(request: Request): Promise<Uint8Array | 'too large'> {
  try {
    return await readWebBody(request, MOST_BODY_BYTES)
  } catch (cause) {
    throw new HttpError(400, 'the body ended too early', { cause })
  }
}

function json({ method }: Request, status: number, value: unknown): Response {
  const body = `${JSON.stringify(value, undefined, 2)}\n`
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return new Response(method === 'HEAD' ? null : body, { status, headers })
}

function wrongMethod(request: Request, allow: string, options: AdminOptions): Response {
  const error = new HttpError(405, `method not allowed: use ${allow}`)
  return errorResponse(error, { ...options, request, headers: ['allow', allow] })
}
