/** Finds the tfjs-node of a project, and where it will look for its addon. */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BuildError } from './build-error.ts'

/** The version that all of this was tried with. */
const TESTED_VERSION = '4.22.0'

/** The two packages; they differ in nothing but the libtensorflow that they download. */
export type TfjsNodePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu'

/** An installed tfjs-node. */
export interface AddonPlace {
  readonly packageName: TfjsNodePackage
  readonly packageFolder: string
  /** The file that the package loads, whether it exists or not. */
  readonly addonFile: string
}

/**
 * Looks the package up as a program in `projectFolder` would.
 * @throws BuildError when it is not installed.
 */
export function findAddon(packageName: TfjsNodePackage, projectFolder: string): AddonPlace {
  const manifest = resolveManifest(packageName, projectFolder)
  return { packageName, packageFolder: dirname(manifest), addonFile: addonFileOf(manifest) }
}

function resolveManifest(packageName: TfjsNodePackage, projectFolder: string): string {
  try {
    return createRequire(join(projectFolder, 'package.json')).resolve(`${packageName}/package.json`)
  } catch (cause) {
    throw new BuildError(
      `${packageName} is not installed in ${projectFolder}`,
      `npm install --ignore-scripts ${packageName}@${TESTED_VERSION} (its own install script downloads a TensorFlow of 2022)`,
      { cause },
    )
  }
}

// The package asks node-pre-gyp as well; the path depends on Node's version of Node-API.
function addonFileOf(manifest: string): string {
  const preGyp: unknown = createRequire(manifest)('@mapbox/node-pre-gyp')
  if (!isPreGyp(preGyp)) throw new Error('@mapbox/node-pre-gyp has no find()')
  return preGyp.find(manifest)
}

function isPreGyp(module: unknown): module is { find(manifest: string): string } {
  return (
    ((typeof module === 'object' && module !== null) || typeof module === 'function') &&
    typeof Reflect.get(module, 'find') === 'function'
  )
}
