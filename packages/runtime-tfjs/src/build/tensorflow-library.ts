/** TensorFlow's C library and headers: an installed wheel's, or one from PyPI. */

import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BuildError } from './build-error.ts'
import { findPip } from './pip.ts'
import { lastLines, runCommand } from './run-command.ts'

/** What is wanted of TensorFlow. */
export interface TensorflowWanted {
  readonly version: string
  /** The wheel with CUDA kernels, and NVIDIA's CUDA and cuDNN wheels with it. */
  readonly isGpu: boolean
  /** An installed one to take instead. */
  readonly folder?: string | undefined
  /** An active virtual environment of Python, whose TensorFlow is taken if it is of this version. */
  readonly virtualEnvironment?: string | undefined
  readonly cacheFolder: string
  readonly onStep: (step: string) => void
}

/** Half a gigabyte at 1 MB/s, and some. */
const DOWNLOAD_TIMEOUT_MS = 1_800_000

/** TensorFlow itself is C++; the wheel's Python version changes nothing in it, and this one has every wheel since 2.12. */
const WHEEL_PYTHON = '3.11'

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']
const HEADERS = ['tensorflow/c/c_api.h', 'tensorflow/c/eager/c_api.h']

/**
 * The folder with `libtensorflow_cc.so.2` and `include`: the one that is named, the active virtual environment's, the one
 * in the cache, or a new one there.
 * @throws BuildError when the named one lacks something, or pip cannot install.
 */
export async function findTensorflow(wanted: TensorflowWanted): Promise<string> {
  if (wanted.folder !== undefined) return checked(wanted.folder)
  const active = wanted.isGpu ? undefined : await activeEnvironmentTensorflow(wanted)
  if (active !== undefined) return active
  const place = join(wanted.cacheFolder, `${wheelOf(wanted)}-${wanted.version}-${process.arch}`)
  const folder = join(place, 'tensorflow')
  if (missingFrom(folder).length > 0) await install(wanted, place)
  return checked(folder)
}

const wheelOf = ({ isGpu }: TensorflowWanted): string => (isGpu ? 'tensorflow' : 'tensorflow-cpu')

function missingFrom(folder: string): string[] {
  const headers = HEADERS.map((header) => join('include', header))
  return [...LIBRARIES, ...headers].filter((file) => !existsSync(join(folder, file)))
}

function checked(folder: string): string {
  const [missing] = missingFrom(folder)
  if (missing === undefined) return folder
  throw new BuildError(
    `${join(folder, missing)} does not exist`,
    'name the folder that `python3 -c "import tensorflow as tf; print(tf.sysconfig.get_lib())"` prints, of TensorFlow 2.12 or newer',
  )
}

async function activeEnvironmentTensorflow({
  virtualEnvironment: environment,
  version,
}: TensorflowWanted): Promise<string | undefined> {
  if (environment === undefined) return undefined
  const libraries = join(environment, 'lib')
  const pythons = await readdir(libraries).catch(() => [])
  const sites = pythons.map((python) => join(libraries, python, 'site-packages'))
  const isWanted = (site: string): boolean =>
    ['tensorflow', 'tensorflow_cpu'].some((name) => existsSync(join(site, `${name}-${version}.dist-info`)))
  const site = sites.find((each) => isWanted(each) && missingFrom(join(each, 'tensorflow')).length === 0)
  return site === undefined ? undefined : join(site, 'tensorflow')
}

async function install(wanted: TensorflowWanted, place: string): Promise<void> {
  const [pip, ...pipArgs] = await findPip(wanted.cacheFolder)
  const requirement = `${wheelOf(wanted)}${wanted.isGpu ? '[and-cuda]' : ''}==${wanted.version}`
  wanted.onStep(
    `installing ${requirement} from PyPI (about ${wanted.isGpu ? '5' : '1'} GB on disk) in ${place}`,
  )
  await mkdir(wanted.cacheFolder, { recursive: true })
  const partial = `${place}.${process.pid}`
  try {
    const args = [...pipArgs, ...installArgs(wanted.isGpu), '--target', partial, requirement]
    const { code, output } = await runCommand(pip, args, { timeoutMs: DOWNLOAD_TIMEOUT_MS })
    if (code !== 0) throw pipError(requirement, output)
    await putInPlace(partial, place)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** The C library needs none of the Python packages that TensorFlow depends on; with CUDA it needs NVIDIA's. */
function installArgs(isGpu: boolean): string[] {
  const args = ['install', '--quiet', '--no-compile', '--disable-pip-version-check', '--retries', '2']
  const anyPython = ['--only-binary=:all:', '--python-version', WHEEL_PYTHON]
  return isGpu ? [...args, ...anyPython] : [...args, ...anyPython, '--no-deps']
}

/** Another build may have been quicker: then its copy is as good. */
async function putInPlace(partial: string, place: string): Promise<void> {
  if (missingFrom(join(place, 'tensorflow')).length === 0) return
  await rm(place, { recursive: true, force: true })
  await rename(partial, place)
}

function pipError(requirement: string, output: string): BuildError {
  const isUnknown = output.includes('No matching distribution') && !output.includes('connection broken')
  return new BuildError(
    `pip could not install ${requirement}: ${lastLines(output)}`,
    isUnknown
      ? 'take a version that PyPI has for this machine (--tensorflow-version; Linux with glibc, x86-64 or arm64)'
      : 'make PyPI or a mirror of it reachable (PIP_INDEX_URL), or name an installed TensorFlow: --tensorflow-folder <folder>',
  )
}
