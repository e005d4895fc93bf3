import { StartError, silentLogger } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { BackendLimitError, explained } from '../tensor/backend-limit.ts'
import { imaginaryGraph } from '../testing/small-models.ts'
import { context, Index, ready } from '../testing/small-workers.ts'
import type { BackendName } from './tfjs.ts'
import { useBackend } from './use-backend.ts'

/** An operation that wasm lacks. */
class Imaginary extends Index {
  override graph = imaginaryGraph

  constructor(backends: readonly BackendName[]) {
    super()
    this.backends = backends
  }
}

describe('a model that a backend cannot run', () => {
  it('is run by the next one, with a warning that says why', async () => {
    const warnings: string[] = []
    const backends: unknown[] = []
    const worker = new Imaginary(['wasm', 'cpu'])
    await worker.setup({
      ...context,
      logger: { ...silentLogger, warning: (message) => warnings.push(message) },
      report: ({ runtime }) => backends.push(runtime?.backend),
    })
    expect(warnings).toEqual([
      "the model does not run on wasm, so the next backend is tried: wasm has no kernel for 'Complex'",
    ])
    expect(backends).toEqual(['cpu'])
    expect(await worker.forward([Int32Array.of(7), Int32Array.of(8)])).toEqual([7, 8])
  })

  it('stops the start where no other backend is acceptable', async () => {
    const failed = ready(new Imaginary(['wasm']))
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow("with a batch of 1: wasm has no kernel for 'Complex'")
  })
})

describe('useBackend', () => {
  it('does not hide any other failure', async () => {
    const error = new StartError('the model fails in warm-up', { cause: new Error('no such file') })
    const backends: BackendName[] = ['wasm', 'cpu']
    const used = useBackend({ backends, logger: silentLogger }, async () => {
      throw error
    })
    await expect(used).rejects.toBe(error)
  })

  it('knows what webgpu cannot do in Node by the words of TensorFlow.js', () => {
    const canvas = explained(new ReferenceError('OffscreenCanvas is not defined'), 'webgpu')
    expect(canvas).toBeInstanceOf(BackendLimitError)
    expect(canvas).toMatchObject({
      message: expect.stringContaining("which webgpu cannot in Node: use another backend, 'wasm'"),
    })
    const other = new Error('shapes differ')
    expect(explained(other, 'webgpu')).toBe(other)
  })
})
