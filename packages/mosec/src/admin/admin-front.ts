/** The admin endpoint as the HTTP face takes it, when a token was given. */

import type { HttpFaceOptions } from '@mosec/http'
import { type AdminOptions, adminApi } from './admin-api.ts'
import { readToken } from './admin-token.ts'

/** What it is made of; without a token there is none. */
export interface AdminFrontOptions extends Omit<AdminOptions, 'token'> {
  readonly adminToken: string | undefined
}

/**
 * The part of the face's options that belongs to it: nothing when it is off, so that `/admin` is a path like any other.
 * @throws ConfigurationError when the token's file cannot be used.
 */
export function adminFront({ adminToken, ...options }: AdminFrontOptions): Pick<HttpFaceOptions, 'front'> {
  if (adminToken === undefined) return {}
  return { front: adminApi({ ...options, token: readToken(adminToken) }) }
}
