/** Compiles tfjs-node's addon: two C++ files which call TensorFlow's C API and Node-API, nothing else. */

import { mkdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BuildError } from './build-error.ts'
import type { AddonPlace } from './find-addon.ts'
import { lastLines, runCommand } from './run-command.ts'

const COMPILE_TIMEOUT_MS = 600_000

/** The version of Node-API that the package's own build asks for. */
const NODE_API_VERSION = 8

/**
 * Compiles the package's sources into the file that it loads. No file of the package changes: package managers share them
 * between projects (pnpm by hard links), so an edit would show up everywhere. That is also why the package's own
 * `binding.gyp`, which names libraries that wheels lack, is not used; it would want Python and Node's full headers too.
 * @throws BuildError with the compiler's words.
 */
export async function compileAddon(
  place: AddonPlace,
  tensorflowFolder: string,
  wantedCompiler?: string,
): Promise<void> {
  const compiler = await findCompiler(wantedCompiler)
  await mkdir(dirname(place.addonFile), { recursive: true })
  const partial = `${place.addonFile}.${process.pid}`
  try {
    const args = compilerArgs(place.packageFolder, tensorflowFolder, partial)
    const { code, output } = await runCommand(compiler, args, { timeoutMs: COMPILE_TIMEOUT_MS })
    if (code !== 0) throw compilerError(compiler, output)
    // A process that has the old file loaded keeps it; writing into it would crash that process.
    await rename(partial, place.addonFile)
  } finally {
    await rm(partial, { force: true })
  }
}

function compilerArgs(packageFolder: string, tensorflowFolder: string, target: string): string[] {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(packageFolder, 'binding', file))
  const defines = [`-DNAPI_VERSION=${NODE_API_VERSION}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding']
  const includes = [`-I${nodeApiHeaders()}`, `-I${join(tensorflowFolder, 'include')}`]
  const libraries = ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2']
  // The real folder, so that TensorFlow finds the CUDA libraries beside it by its own relative paths.
  const linking = [`-L${tensorflowFolder}`, ...libraries, `-Wl,-rpath,${tensorflowFolder}`]
  return [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    ...defines,
    ...includes,
    ...sources,
    '-o',
    target,
    ...linking,
  ]
}

/** Node-API does not change with Node's version, so these headers fit every Node, and none of its own are needed. */
function nodeApiHeaders(): string {
  return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include')
}

async function findCompiler(wanted?: string): Promise<string> {
  const candidates = [wanted, 'c++', 'g++', 'clang++'].filter((name) => name !== undefined)
  for (const compiler of candidates) {
    if ((await runCommand(compiler, ['--version'], { timeoutMs: COMPILE_TIMEOUT_MS })).code === 0)
      return compiler
  }
  throw new BuildError('there is no C++ compiler', 'apt-get install g++ (or set CXX to one that knows C++17)')
}

function compilerError(compiler: string, output: string): BuildError {
  return new BuildError(
    `${compiler} failed: ${lastLines(output)}`,
    'take a version of TensorFlow that is known to work: --tensorflow-version 2.18.1 (2.12 to 2.21 are), and a compiler of 2019 or later',
  )
}
