import { readFileSync } from 'node:fs'
import { StartError, silentLogger } from '@mosec/core'
import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { afterEach, describe, expect, it } from 'vitest'
import { installSteps } from './backend/install-steps.ts'
import { installedPackages } from './backend/packages.ts'
import type { BackendName } from './backend/tfjs.ts'
import { loadTfjs } from './load-tfjs.ts'

const options = { logger: silentLogger }

/** The installed packages, with some replaced by what a test wants to be there (or thrown). */
function packagesWith(replaced: Readonly<Record<string, () => unknown>>): Packages {
  return {
    resolve: installedPackages.resolve,
    load: async (name) => {
      const replacement = replaced[name]
      return replacement === undefined ? installedPackages.load(name) : replacement()
    },
  }
}

const throwing = (error: Error) => (): never => {
  throw error
}

/** A module like TensorFlow.js, on the real engine, with some functions replaced. */
async function variantOfTfjs(changes: object): Promise<object> {
  const { tf } = await loadTfjs({ ...options, backends: ['cpu'] })
  return { ...tf, ...changes }
}

/** TensorFlow.js that says it runs the native backend. */
const native = (isUsingGpuDevice: boolean): object => ({
  setBackend: async () => true,
  getBackend: () => 'tensorflow',
  backend: () => ({ isUsingGpuDevice }),
})

const adapterless = { create: () => ({ requestAdapter: async () => null }) }
const software = {
  create: () => ({
    requestAdapter: async () => ({ isFallbackAdapter: true, info: { description: 'llvmpipe' } }),
  }),
}

describe('loadTfjs', () => {
  afterEach(() => {
    const navigator: unknown = Reflect.get(globalThis, 'navigator')
    if (typeof navigator === 'object' && navigator !== null) Reflect.deleteProperty(navigator, 'gpu')
  })

  it('takes wasm here, and says why the better backends were passed over', async () => {
    const missing = (name: string) => throwing(new MissingPackageError(name))
    const names = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', 'webgpu']
    const packages = packagesWith(Object.fromEntries(names.map((name) => [name, missing(name)])))
    const { tf, backend, passedOver } = await loadTfjs({ ...options, packages })
    expect(backend).toBe('wasm')
    expect(tf.getBackend()).toBe('wasm')
    expect(passedOver).toEqual([
      {
        backend: 'tensorflow-gpu',
        reason: `the package "@tensorflow/tfjs-node-gpu" is not installed: ${installSteps['tensorflow-gpu']}`,
      },
      {
        backend: 'tensorflow',
        reason: `the package "@tensorflow/tfjs-node" is not installed: ${installSteps.tensorflow}`,
      },
      { backend: 'webgpu', reason: `the package "webgpu" is not installed: ${installSteps.webgpu}` },
    ])
  })

  it('logs the choice', async () => {
    const lines: unknown[] = []
    const logger = {
      ...silentLogger,
      info: (message: string, fields?: object) => lines.push([message, fields]),
    }
    await loadTfjs({ logger, backends: ['wasm'] })
    expect(lines).toEqual([['TensorFlow.js 4.22.0 computes on wasm', { backend: 'wasm', passedOver: [] }]])
  })

  it('takes the one that is asked for, and switches back', async () => {
    expect((await loadTfjs({ ...options, backends: ['cpu'] })).tf.getBackend()).toBe('cpu')
    expect((await loadTfjs({ ...options, backends: ['wasm'] })).tf.getBackend()).toBe('wasm')
  })

  it('names each backend, its reason and the next step when none works', async () => {
    const packages = packagesWith({ webgpu: () => adapterless })
    const failed = loadTfjs({ ...options, packages, backends: ['tensorflow-gpu', 'webgpu'] })
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(
      'no TensorFlow.js backend works: tensorflow-gpu: the package "@tensorflow/tfjs-node-gpu" is not installed: ' +
        'npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0 && npx mosec doctor --build-tfjs-node --gpu; ' +
        'webgpu: WebGPU finds no adapter: install the Vulkan loader',
    )
    expect((await loadTfjs(options)).backend).toBe('wasm')
  })

  it('says how to install all that a backend needs where nothing is, as the README does', async () => {
    const load = async (name: string): Promise<never> => {
      throw new MissingPackageError(name)
    }
    const packages = { ...installedPackages, load }
    const failed = await loadTfjs({ ...options, packages }).catch(String)
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    for (const step of Object.values(installSteps)) {
      expect(failed).toContain(step)
      expect(readme).toContain(step)
    }
  })

  it.each([
    [['bogus'], 'backends: there is no "bogus"; there are tensorflow-gpu, tensorflow, webgpu, wasm, cpu'],
    ['wasm', 'backends takes a list of names, got "wasm"; there are tensorflow-gpu'],
    [[], 'backends is an empty list; there are tensorflow-gpu'],
  ])('refuses the backends %j, and lists the names', async (backends: unknown, message) => {
    const failed = loadTfjs({ ...options, backends: backends as readonly BackendName[] })
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(message)
    expect((await loadTfjs({ ...options, backends: ['wasm'] })).backend).toBe('wasm')
  })

  it('says how to build a missing addon', async () => {
    const error = new Error(
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x. Please',
    )
    const packages = packagesWith({ '@tensorflow/tfjs-node': throwing(error) })
    await expect(loadTfjs({ ...options, packages, backends: ['tensorflow'] })).rejects.toThrow(
      'tensorflow: the native addon of "@tensorflow/tfjs-node" is missing or does not load: ' +
        'npx mosec doctor --build-tfjs-node',
    )
  })

  it('installs what Node 23 removed before the addon loads', async () => {
    const util: object = (await import('node:module')).createRequire(import.meta.url)('node:util')
    const seen: unknown[] = []
    const look = (): never => {
      seen.push(typeof Reflect.get(util, 'isNullOrUndefined'))
      throw new Error('seen')
    }
    const packages = packagesWith({ '@tensorflow/tfjs-node': look })
    await expect(loadTfjs({ ...options, packages, backends: ['tensorflow'] })).rejects.toThrow('seen')
    expect(seen).toEqual(['function'])
  })

  it('passes CUDA over when TensorFlow finds no device, and takes its CPU from the same package', async () => {
    const addon = await variantOfTfjs(native(false))
    const packages = packagesWith({ '@tensorflow/tfjs-node-gpu': () => addon })
    const loaded = await loadTfjs({ ...options, packages })
    expect(loaded.backend).toBe('tensorflow')
    expect(loaded.passedOver[0]?.reason).toContain('TensorFlow finds no CUDA device')
  })

  it('takes CUDA when TensorFlow has a device', async () => {
    const addon = await variantOfTfjs(native(true))
    const packages = packagesWith({ '@tensorflow/tfjs-node-gpu': () => addon })
    expect((await loadTfjs({ ...options, packages })).backend).toBe('tensorflow-gpu')
  })

  it('passes over a backend that computes nonsense', async () => {
    const { tf } = await loadTfjs({ ...options, backends: ['cpu'] })
    const wrong = await variantOfTfjs({ ...native(true), matMul: () => tf.zeros([2, 2]) })
    const packages = packagesWith({ '@tensorflow/tfjs-node-gpu': () => wrong })
    const { backend, passedOver } = await loadTfjs({ ...options, packages })
    expect(backend).toBe('wasm')
    expect(passedOver[0]?.reason).toBe(
      'computes nonsense: a product should be [58,64,139,154], got [0,0,0,0]',
    )
  })

  it('passes a software adapter over while there is wasm', async () => {
    const packages = packagesWith({ webgpu: () => software })
    const { backend, passedOver } = await loadTfjs({ ...options, packages })
    expect(backend).toBe('wasm')
    expect(passedOver[2]?.reason).toContain('only a software adapter (llvmpipe)')
  })

  it('exposes navigator.gpu before the webgpu backend loads, also where there is no navigator', async () => {
    const seen: unknown[] = []
    const look = (): never => {
      seen.push(typeof Reflect.get(Reflect.get(globalThis, 'navigator'), 'gpu'))
      throw new MissingPackageError('@tensorflow/tfjs-backend-webgpu')
    }
    const packages = packagesWith({ webgpu: () => software, '@tensorflow/tfjs-backend-webgpu': look })
    await expect(loadTfjs({ ...options, packages, backends: ['webgpu'] })).rejects.toThrow('npm install')
    expect(seen).toEqual(['object'])
  })

  it('refuses what is not TensorFlow.js', async () => {
    const packages = packagesWith({ '@tensorflow/tfjs': () => ({}) })
    await expect(loadTfjs({ ...options, packages, backends: ['cpu'] })).rejects.toThrow(
      'does not export TensorFlow.js',
    )
  })

  it('refuses a second copy, which would share the engine of the first', async () => {
    const copy = await variantOfTfjs({ Environment: class {} })
    const packages = packagesWith({ '@tensorflow/tfjs': () => copy })
    await expect(loadTfjs({ ...options, packages, backends: ['wasm'] })).rejects.toThrow(
      'another copy of TensorFlow.js',
    )
  })
})
