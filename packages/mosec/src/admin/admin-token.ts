/** The secret that opens `/admin`: where it comes from, and whether what came is it. */

import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigurationError } from '@mosec/core'

/** Long enough that nobody guesses it; what a header can carry. */
const TOKEN = /^[\x21-\x7e]{16,512}$/

/** What is allowed, as the end of "must be ...". */
export const allowedToken =
  '16 to 512 printable ASCII characters without spaces, or @ and the path of a file that holds them'

/** A token, or `@` and a path; whether there is such a file is seen when it is read. */
export const isTokenSetting = (text: string): boolean =>
  text.startsWith('@') ? text.length > 1 && !text.includes('\0') : TOKEN.test(text)

/**
 * The token itself.
 * @param setting a token, or `@` and the path of a file that holds one; white space at the file's ends does not count.
 * @throws ConfigurationError that names the file, never what is in it.
 */
export function readToken(setting: string): string {
  if (!setting.startsWith('@')) return setting
  const path = setting.slice(1)
  const token = contentOf(path).trim()
  if (TOKEN.test(token)) return token
  throw new ConfigurationError(
    `the file of --admin, ${path}, must hold 16 to 512 printable ASCII characters without spaces; it holds ${token.length}`,
  )
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError(`the file of --admin cannot be read: ${why}`, { cause })
  }
}

/** Says whether a header's value carries this token; the time it takes tells nothing about the token. */
export function tokenCheck(token: string): (authorization: string | null) => boolean {
  const expected = digest(token)
  return (authorization) => {
    const [, given = ''] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    return timingSafeEqual(digest(given), expected)
  }
}

/** Of one length whatever came, as the comparison needs. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
