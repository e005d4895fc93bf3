/** Which provider is taken, and what is said of the others. */

import { StartError, silentLogger } from '@mosec/core'
import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { describe, expect, it } from 'vitest'
import { loadOnnx } from './load-onnx.ts'
import { hasCudaLibrary, installedPackages, loadOrt } from './session/load-ort.ts'
import type { ProviderName } from './session/ort.ts'

const options = { logger: silentLogger }
const loadsAs = (load: () => unknown): Packages => ({ ...installedPackages, load: async () => load() })

/** The installed module, whose sessions give another product. */
async function nonsense(): Promise<Packages> {
  const ort = await loadOrt(installedPackages)
  const product = new ort.Tensor('float32', new Float32Array(4), [2, 2])
  const session = { run: async () => ({ product }), release: async () => {} }
  return loadsAs(() => ({ ...ort, InferenceSession: { create: async () => session } }))
}

describe('loadOnnx', () => {
  it('takes the first provider that computes, and says why the better ones were passed over', async () => {
    const { provider, passedOver } = await loadOnnx({ ...options, providers: ['cuda', 'cpu'] })
    if (hasCudaLibrary(installedPackages)) return expect(['cuda', 'cpu']).toContain(provider)
    expect(provider).toBe('cpu')
    expect(passedOver).toEqual([
      {
        provider: 'cuda',
        reason:
          'the library of the CUDA provider is not installed: ' +
          'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node',
      },
    ])
  })

  it('logs the choice', async () => {
    const lines: unknown[] = []
    const logger = { ...silentLogger, info: (...line: unknown[]) => lines.push(line) }
    await loadOnnx({ logger, providers: ['cpu'] })
    expect(lines).toEqual([
      [
        expect.stringMatching(/^onnxruntime \d+\.\d+\.\d+ computes on cpu$/),
        { provider: 'cpu', passedOver: [] },
      ],
    ])
  })

  it('takes nothing but what is asked for', async () => {
    const failed = loadOnnx({ ...options, providers: ['cuda'], packages: await nonsense() })
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow('no onnxruntime provider works: cuda: ')
    expect((await loadOnnx(options)).provider).toMatch(/cuda|cpu/)
  })

  it.each([
    [['bogus'], 'providers: there is no "bogus"; there are cuda, webgpu, cpu'],
    ['cpu', 'providers takes a list of names, got "cpu"; there are cuda, webgpu, cpu'],
    [[], 'providers is an empty list; there are cuda, webgpu, cpu'],
  ])('refuses the providers %j, and lists the names', async (providers: unknown, message) => {
    const failed = loadOnnx({ ...options, providers: providers as readonly ProviderName[] })
    await expect(failed).rejects.toThrow(new StartError(message))
    expect((await loadOnnx({ ...options, providers: ['cpu'] })).provider).toBe('cpu')
  })

  it('passes over a provider that computes nonsense', async () => {
    await expect(loadOnnx({ ...options, providers: ['cpu'], packages: await nonsense() })).rejects.toThrow(
      'cpu: computes nonsense: a product should be [58,64,139,154], got [0,0,0,0]',
    )
  })

  it.each([
    ['OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', 'CUDA 12 and cuDNN 9'],
    ['x.cc:136 was false. Failed to get a WebGPU adapter: No supported adapters\n', 'libvulkan1'],
    ['no available backend found. ERR: [webgpu] backend not found.', 'this build of onnxruntime-node'],
    ['something new', 'something new'],
  ])('says what to do about %j', async (message, advice) => {
    const ort = await loadOrt(installedPackages)
    const create = async (): Promise<never> => {
      throw new Error(message)
    }
    const packages = loadsAs(() => ({ ...ort, InferenceSession: { create } }))
    const failed = loadOnnx({ ...options, packages, providers: ['webgpu'] })
    await expect(failed).rejects.toThrow(advice)
  })

  it('says how to install what is missing, and what does not load', async () => {
    const missing = loadsAs(() => {
      throw new MissingPackageError('onnxruntime-node')
    })
    await expect(loadOnnx({ ...options, packages: missing })).rejects.toThrow(
      'the package "onnxruntime-node" is not installed: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node ' +
        '(ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node for CUDA)',
    )
    const broken = loadsAs(() => {
      throw new Error('cannot open shared object file')
    })
    await expect(loadOnnx({ ...options, packages: broken })).rejects.toThrow(
      `"onnxruntime-node" does not load here (${process.platform}, ${process.arch}): cannot open shared object file`,
    )
    await expect(loadOnnx({ ...options, packages: loadsAs(() => ({})) })).rejects.toThrow(
      'does not export InferenceSession',
    )
    expect((await loadOnnx(options)).provider).toMatch(/cuda|cpu/)
  })
})
