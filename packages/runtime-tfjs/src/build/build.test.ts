/** The builder with tools that only pretend: what it asks of them, and what it says when they fail. */

import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildTfjsNode } from './build-tfjs-node.ts'
import { compileAddon } from './compile-addon.ts'
import { findAddon } from './find-addon.ts'
import { findPip } from './pip.ts'
import { findTensorflow } from './tensorflow-library.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mosec-build-'))
  await mkdir(join(folder, 'bin'))
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function write(path: string, text = ''): Promise<string> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

/** A program of the shell's language, found before the machine's own. */
async function tool(name: string, script: string): Promise<string> {
  const file = await write(join('bin', name), `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return file
}

const libraryFiles = [
  'libtensorflow_cc.so.2',
  'libtensorflow_framework.so.2',
  'include/tensorflow/c/c_api.h',
  'include/tensorflow/c/eager/c_api.h',
]

async function fakeTensorflow(path: string): Promise<string> {
  for (const file of libraryFiles) await write(join(path, file))
  return join(folder, path)
}

/** A project with a tfjs-node whose node-pre-gyp knows one path. */
async function fakeProject(): Promise<string> {
  const modules = join('project', 'node_modules')
  await write(join(modules, '@tensorflow/tfjs-node/package.json'), '{}')
  await write(join(modules, '@mapbox/node-pre-gyp/package.json'), '{ "main": "main.js" }')
  const find = "path.join(path.dirname(manifest), 'lib', 'napi-v8', 'tfjs_binding.node')"
  await write(
    join(modules, '@mapbox/node-pre-gyp/main.js'),
    `const path = require('node:path')\nexports.find = (manifest) => ${find}\n`,
  )
  return join(folder, 'project')
}

const wanted = () => ({
  version: '2.18.1',
  isGpu: false,
  cacheFolder: join(folder, 'cache'),
  onStep: () => {},
})

/** Pretends to be pip: writes what it is asked for, and puts the library where `--target` says. */
const installingPip = `
echo "$@" >> $(dirname $0)/../asked
while [ $# -gt 1 ]; do [ "$1" = --target ] && target=$2; shift; done
[ -z "$target" ] && exit 0
mkdir -p $target/tensorflow/include/tensorflow/c/eager
cd $target/tensorflow && touch ${libraryFiles.join(' ')}`

/** Pretends to compile: writes a word into what stands behind `-o`. */
const pretendedCompiler = 'while [ "$1" != -o ]; do [ $# -gt 0 ] || exit 0; shift; done; echo new > $2'

describe('tfjs-node', () => {
  it('is looked for in the project; without it the command that installs it is told', () => {
    expect(() => findAddon('@tensorflow/tfjs-node', folder)).toThrow(
      expect.objectContaining({
        message: `@tensorflow/tfjs-node is not installed in ${folder}`,
        nextStep: expect.stringContaining('npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0'),
      }),
    )
  })

  it('loads its addon from where its own node-pre-gyp says', async () => {
    const { addonFile, packageFolder } = findAddon('@tensorflow/tfjs-node', await fakeProject())
    expect(addonFile).toBe(join(packageFolder, 'lib/napi-v8/tfjs_binding.node'))
  })
})

describe('TensorFlow', () => {
  it('is taken from the folder that is named, which must be whole', async () => {
    const named = await fakeTensorflow('tensorflow')
    expect(await findTensorflow({ ...wanted(), folder: named })).toBe(named)
    await rm(join(named, 'libtensorflow_cc.so.2'))
    await expect(findTensorflow({ ...wanted(), folder: named })).rejects.toMatchObject({
      message: `${named}/libtensorflow_cc.so.2 does not exist`,
      nextStep: expect.stringContaining('tf.sysconfig.get_lib()'),
    })
  })

  it('is taken from the active virtual environment when that has the wanted version', async () => {
    const site = 'venv/lib/python3.11/site-packages'
    const active = await fakeTensorflow(join(site, 'tensorflow'))
    await write(join(site, 'tensorflow_cpu-2.18.1.dist-info/METADATA'))
    const virtualEnvironment = join(folder, 'venv')
    expect(await findTensorflow({ ...wanted(), virtualEnvironment })).toBe(active)
  })

  it('is installed once for any Python, without the Python packages that it depends on', async () => {
    await tool('python3', installingPip)
    const installed = await findTensorflow(wanted())
    expect(installed).toBe(join(folder, 'cache', `tensorflow-cpu-2.18.1-${process.arch}`, 'tensorflow'))
    expect(await findTensorflow(wanted())).toBe(installed)
    const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatch(
      /--only-binary=:all: --python-version 3\.11 --no-deps .*tensorflow-cpu==2\.18\.1$/,
    )
  })

  it('comes with CUDA for the GPU', async () => {
    await tool('python3', installingPip)
    await findTensorflow({ ...wanted(), isGpu: true })
    const asked = await readFile(join(folder, 'asked'), 'utf8')
    expect(asked).toMatch(/tensorflow\[and-cuda\]==2\.18\.1\n$/)
    expect(asked).not.toContain('--no-deps')
  })

  it.each([
    ['ERROR: No matching distribution found for tensorflow-cpu==2.18.1', '--tensorflow-version'],
    ['WARNING: Retrying after connection broken by timeout. No matching distribution found', 'PIP_INDEX_URL'],
  ])('that pip cannot install is told in its words: %s', async (words, nextStep) => {
    await tool('python3', `[ "$3" = --version ] && exit 0\necho "${words}" >&2\nexit 1`)
    await expect(findTensorflow(wanted())).rejects.toMatchObject({
      message: `pip could not install tensorflow-cpu==2.18.1: ${words}`,
      nextStep: expect.stringContaining(nextStep),
    })
    await tool('python3', installingPip)
    expect(await findTensorflow(wanted())).toContain('tensorflow-cpu-2.18.1')
  })
})

describe('pip', () => {
  it('comes from a virtual environment in the cache where Python has none', async () => {
    const inside = '$3/bin/python3'
    const venv = `mkdir -p $3/bin; printf '#!/bin/sh\\n' > ${inside}; chmod +x ${inside}`
    await tool('python3', `[ "$2" = pip ] && exit 1\n${venv}`)
    const cache = join(folder, 'cache')
    expect(await findPip(cache)).toEqual([join(cache, 'python/bin/python3'), '-m', 'pip'])
  })

  it('that cannot be had is told with the package that brings it', async () => {
    await tool('python3', 'echo "ensurepip is not available" >&2; exit 1')
    await expect(findPip(join(folder, 'cache'))).rejects.toMatchObject({
      message: expect.stringContaining('ensurepip is not available'),
      nextStep: expect.stringContaining('apt-get install python3-venv'),
    })
    await expect(findPip(join(folder, 'cache'), 'python-that-is-not-there')).rejects.toThrow('ENOENT')
  })
})

describe('the addon', () => {
  const compile = async (compiler?: string): Promise<void> => {
    const place = findAddon('@tensorflow/tfjs-node', await fakeProject())
    await compileAddon(place, await fakeTensorflow('tensorflow'), compiler)
  }
  const addon = () => join(folder, 'project/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node')

  it('is a new file: a hard link that a package manager shares keeps its content', async () => {
    const compiler = await tool('pretended', pretendedCompiler)
    const shared = await write('store/binding', 'old')
    await mkdir(dirname(addon()), { recursive: true })
    await link(shared, addon())
    await compile(compiler)
    expect(await readFile(addon(), 'utf8')).toBe('new\n')
    expect(await readFile(shared, 'utf8')).toBe('old')
  })

  it("that does not compile is told in the compiler's words, and leaves nothing", async () => {
    const words = 'fatal error: tensorflow/c/c_api.h: No such file or directory'
    const compiler = await tool('pretended', `[ "$1" = --version ] || { echo "${words}" >&2; exit 1; }`)
    await expect(compile(compiler)).rejects.toMatchObject({
      message: expect.stringContaining(words),
      nextStep: expect.stringContaining('--tensorflow-version'),
    })
    await expect(stat(addon())).rejects.toThrow('ENOENT')
  })

  it('needs a compiler', async () => {
    vi.stubEnv('PATH', join(folder, 'bin'))
    await expect(compile()).rejects.toMatchObject({
      nextStep: expect.stringContaining('apt-get install g++'),
    })
  })
})

describe('buildTfjsNode', () => {
  it('ends with a reason when what it built does not load', async () => {
    const compiler = await tool('pretended', pretendedCompiler)
    const steps: string[] = []
    const tensorflowFolder = await fakeTensorflow('tensorflow')
    const projectFolder = await fakeProject()
    const built = buildTfjsNode({
      projectFolder,
      tensorflowFolder,
      env: { CXX: compiler },
      onStep: (step) => steps.push(step),
    })
    await expect(built).rejects.toThrow(/^@tensorflow\/tfjs-node was built, but does not work: /)
    expect(steps.map((step) => step.split(' ')[0])).toEqual(['found', 'compiling', 'comparing'])
  })
})
