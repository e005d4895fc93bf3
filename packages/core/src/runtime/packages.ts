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

/** More about a missing package. */
export interface MissingPackageOptions extends ErrorOptions {
  readonly installStep?: string
}

/** An optional package is not installed. */
export class MissingPackageError extends Error {
  readonly packageName: string

  /** @param installStep the command that helps, where it is more than `npm install` and the package's name. */
  constructor(packageName: string, { installStep, ...options }: MissingPackageOptions = {}) {
    super(
      `the package "${packageName}" is not installed: ${installStep ?? `npm install ${packageName}`}`,
      options,
    )
    this.name = 'MissingPackageError'
    this.packageName = packageName
  }
}

/**
 * The packages of the user's project (the working directory's) and, failing that, those beside a module of ours. The
 * user's come first, because two copies of a runtime in one process seldom get on.
 * @param from `import.meta.url` of the module whose own packages are the second choice.
 */
export function packagesSeenFrom(from: string | URL): Packages {
  const resolve = (name: string): string => find(name, [`${process.cwd()}/`, from])
  return {
    resolve,
    load: async (name) => {
      const module: unknown = await import(pathToFileURL(resolve(name)).href)
      return hasDefault(module) ? module.default : module
    },
  }
}

function find(name: string, places: readonly (string | URL)[]): string {
  let cause: unknown
  for (const place of places) {
    try {
      return createRequire(place).resolve(name)
    } catch (error) {
      cause = error
    }
  }
  throw new MissingPackageError(name, { cause })
}

function hasDefault(module: unknown): module is { readonly default: unknown } {
  return typeof module === 'object' && module !== null && 'default' in module
}
