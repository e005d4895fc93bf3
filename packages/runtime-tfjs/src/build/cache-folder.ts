/** Where TensorFlow is kept between builds. */

import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$XDG_CACHE_HOME/mosec`, or `~/.cache/mosec`. */
export const defaultCacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mosec')
