import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { describe, expect, it } from 'vitest'
import { hasCudaLibrary, installedPackages, loadOrt } from '../session/load-ort.ts'
import { examineProvider } from './examine-provider.ts'
import { doctor } from './index.ts'

const loadsAs = (load: () => unknown): Packages => ({ ...installedPackages, load: async () => load() })

describe('doctor of onnxruntime', () => {
  it('measures the processor', async () => {
    const finding = await doctor.examine('cpu')
    expect(finding).toMatchObject({ subject: 'onnx/cpu', status: 'ok' })
    expect(finding.summary).toMatch(/^onnxruntime \d+\.\d+/)
    expect(finding.details).toMatchObject({
      loadMs: expect.any(Number),
      productMs: expect.any(Number),
      onnxruntimeVersion: expect.any(String),
    })
    expect(JSON.parse(JSON.stringify(finding))).toEqual(finding)
  })

  it('knows its providers, and no other', async () => {
    expect(doctor.backends).toEqual(['cuda', 'webgpu', 'cpu'])
    expect(await doctor.examine('abacus')).toEqual({
      subject: 'onnx/abacus',
      status: 'problem',
      summary: 'there is no such provider; there are cuda, webgpu, cpu',
    })
  })

  // CI installs the package without the library.
  it.skipIf(hasCudaLibrary(installedPackages))(
    'says that CUDA is not installed, and how it would be',
    async () => {
      expect(await doctor.examine('cuda')).toEqual({
        subject: 'onnx/cuda',
        status: 'absent',
        summary: 'the library of the CUDA provider is not installed',
        nextStep: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node',
      })
    },
  )

  it.each([
    ['Failed to get a WebGPU adapter: No supported adapters', 'absent', 'WebGPU finds no adapter'],
    ['device lost', 'problem', 'device lost'],
  ])('tells %j from what is broken', async (message, status, summary) => {
    const ort = await loadOrt(installedPackages)
    const create = async (): Promise<never> => {
      throw new Error(message)
    }
    const packages = loadsAs(() => ({ ...ort, InferenceSession: { create } }))
    expect(await examineProvider('webgpu', packages)).toMatchObject({ status, summary })
  })

  it('says that the package is missing, or does not load', async () => {
    const missing = loadsAs(() => {
      throw new MissingPackageError('onnxruntime-node')
    })
    expect(await examineProvider('cpu', missing)).toEqual({
      subject: 'onnx/cpu',
      status: 'absent',
      summary: 'onnxruntime-node is not installed',
      nextStep: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
    })
    expect(await examineProvider('cuda', missing)).toMatchObject({
      nextStep: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node',
    })
    const broken = loadsAs(() => {
      throw new Error('GLIBC_2.38 not found')
    })
    expect(await examineProvider('cpu', broken)).toMatchObject({
      status: 'problem',
      summary: expect.stringContaining('does not load here'),
    })
    expect((await doctor.examine('cpu')).status).toBe('ok')
  })
})
