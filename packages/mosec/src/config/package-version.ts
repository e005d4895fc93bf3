/** The version of this package, as its manifest says. */

import { readFileSync } from 'node:fs'

/** `0.1.0`, say. */
export function packageVersion(): string {
  // The manifest lies two folders up from here in `src` and in `dist` alike.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return hasVersion ? String(manifest.version) : 'unknown'
}
