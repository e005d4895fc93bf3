/** Builds tfjs-node against a TensorFlow of PyPI instead of the one of 2022 that its install script downloads. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { BuildError } from './build-error.ts'
import { compileAddon } from './compile-addon.ts'
import { type BuildEnvironment, defaultCacheFolder } from './environment.ts'
import { type AddonPlace, findAddon } from './find-addon.ts'
import { findTensorflow } from './tensorflow-library.ts'
import { type VerifiedAddon, verifyAddon } from './verify-addon.ts'

/** What to build, and from what. */
export interface BuildTfjsNodeOptions {
  /** The project that has tfjs-node installed; the working directory by default. */
  readonly projectFolder?: string | undefined
  /** `@tensorflow/tfjs-node-gpu` with CUDA instead of `@tensorflow/tfjs-node`. */
  readonly isGpu?: boolean | undefined
  /** As on PyPI: 2.12 to 2.21 are known to work. Unless it is given, whatever is built already stays. */
  readonly tensorflowVersion?: string | undefined
  /** An installed TensorFlow to build against: the folder with `libtensorflow_cc.so.2` and `include`. */
  readonly tensorflowFolder?: string | undefined
  /** Where TensorFlow is put; `~/.cache/mosec` by default. The addon needs it there as long as it is used. */
  readonly cacheFolder?: string | undefined
  /** `process.env`: a compiler, a virtual environment and a cache folder may be named there. */
  readonly env?: BuildEnvironment | undefined
  /** Told of each step as it begins. */
  readonly onStep?: ((step: string) => void) | undefined
}

/** A tfjs-node that works. */
export interface BuiltTfjsNode extends VerifiedAddon {
  readonly packageName: string
  readonly addonFile: string
  /** It worked before, and nothing else was asked for. */
  readonly wasThere: boolean
}

/** Its wheel with CUDA brings CUDA 12.5 and cuDNN 9.3, and has kernels for compute capabilities 6.0 to 9.0 (Hopper). */
const DEFAULT_TENSORFLOW = '2.18.1'

/**
 * Makes the project's tfjs-node work: TensorFlow from PyPI, the addon compiled against it, a product and a convolution
 * compared with plain JavaScript's. Writes the addon into the package's folder and TensorFlow into the cache folder, and
 * changes nothing else. When it works already, that is all it finds out.
 * @throws BuildError that says what to do next.
 */
export async function buildTfjsNode(options: BuildTfjsNodeOptions = {}): Promise<BuiltTfjsNode> {
  const { projectFolder = process.cwd(), isGpu = false, onStep = () => {}, env = {} } = options
  checkPlatform()
  const place = findAddon(isGpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node', projectFolder)
  onStep(`found ${place.packageFolder}`)
  const present = await presentAddon(place, projectFolder, options)
  if (present !== undefined) return { ...present, ...identityOf(place), wasThere: true }
  const folder = await findTensorflow({
    version: options.tensorflowVersion ?? DEFAULT_TENSORFLOW,
    isGpu,
    // The addon keeps this path for the loader, which would take a relative one as of any working directory.
    folder: options.tensorflowFolder === undefined ? undefined : resolve(options.tensorflowFolder),
    cacheFolder: resolve(options.cacheFolder ?? defaultCacheFolder(env)),
    virtualEnvironment: env.VIRTUAL_ENV,
    onStep,
  })
  onStep(`compiling the addon against ${folder}`)
  await compileAddon(place, folder, env.CXX)
  onStep('comparing a product and a convolution with plain JavaScript')
  return { ...(await verified(place, projectFolder)), ...identityOf(place), wasThere: false }
}

const identityOf = ({ packageName, addonFile }: AddonPlace) => ({ packageName, addonFile })

function checkPlatform(): void {
  if (process.platform === 'linux') return
  throw new BuildError(
    `on ${process.platform} there is no TensorFlow of PyPI with a C library that tfjs-node could be built against`,
    "take the package's own build (npm rebuild @tensorflow/tfjs-node) or the wasm backend",
  )
}

/** The addon that is there, if it works and is not to be replaced. */
async function presentAddon(
  place: AddonPlace,
  projectFolder: string,
  { tensorflowVersion, tensorflowFolder }: BuildTfjsNodeOptions,
): Promise<VerifiedAddon | undefined> {
  if (tensorflowFolder !== undefined || !existsSync(place.addonFile)) return undefined
  const verdict = await verifyAddon({ packageName: place.packageName, projectFolder })
  if (!('verified' in verdict)) return undefined
  const isWanted = tensorflowVersion === undefined || tensorflowVersion === verdict.verified.tensorflowVersion
  return isWanted ? verdict.verified : undefined
}

async function verified({ packageName }: AddonPlace, projectFolder: string): Promise<VerifiedAddon> {
  const verdict = await verifyAddon({ packageName, projectFolder })
  if ('verified' in verdict) return verdict.verified
  throw new BuildError(
    `${packageName} was built, but does not work: ${verdict.reason}`,
    'try another version: --tensorflow-version 2.18.1 (2.12 to 2.21 are known to work)',
  )
}
