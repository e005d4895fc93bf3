/** Where `npm run tfjs-node` has built TensorFlow for TensorFlow.js: a project of its own. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../node_modules/.cache/mosec/tfjs-node', import.meta.url))

/** The folder to work in, where runtimes look for packages first; undefined when it has not been built. */
export const tfjsNodeProject: string | undefined = existsSync(join(folder, 'node_modules'))
  ? folder
  : undefined
