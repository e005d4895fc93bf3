/** Imports packages that the user may or may not have installed. */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The installed packages, as a port: tests pass their own. */
export interface Packages {
  /**
   * The file that the package's name stands for.
   * @throws MissingPackageError when it is not installed.
   */
  resolve(name: string): string
  /**
   * `module.exports` of a CommonJS package, the default export or the namespace of another.
   * @throws MissingPackageError when it is not installed; whatever it throws while it loads.
   */
  load(name: string): Promise<unknown>
}

/** An optional package is not installed. */
export class MissingPackageError extends Error {
  constructor(packageName: string, options?: ErrorOptions) {
    super(`the package "${packageName}" is not installed: npm install ${packageName}`, options)
    this.name = 'MissingPackageError'
  }
}

/**
 * The packages of the user's project (the working directory's) and, failing that, those beside this one. The user's come
 * first because two copies of TensorFlow.js in one process share one engine, which neither expects.
 */
export const installedPackages: Packages = {
  resolve: (name) => {
    try {
      return createRequire(`${process.cwd()}/`).resolve(name)
    } catch {
      return resolveHere(name)
    }
  },
  load: async (name) => {
    const module: unknown = await import(pathToFileURL(installedPackages.resolve(name)).href)
    return hasDefault(module) ? module.default : module
  },
}

function resolveHere(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new MissingPackageError(name, { cause })
  }
}

function hasDefault(module: unknown): module is { readonly default: unknown } {
  return typeof module === 'object' && module !== null && 'default' in module
}
