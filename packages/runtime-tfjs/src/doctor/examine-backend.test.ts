/** What the doctor says of backends that lack a package or a device, or compute in software. */

import { silentLogger } from '@mosec/core'
import { MissingPackageError, type Packages } from '@mosec/core/runtime'
import { afterEach, expect, it } from 'vitest'
import { installSteps } from '../backend/install-steps.ts'
import { installedPackages } from '../backend/packages.ts'
import { defaultBackends, loadTfjs } from '../load-tfjs.ts'
import { examineBackend } from './examine-backend.ts'

const packagesOf = (modules: Readonly<Record<string, unknown>>): Packages => ({
  resolve: installedPackages.resolve,
  load: async (name) => {
    if (Object.hasOwn(modules, name)) return modules[name]
    throw new MissingPackageError(name)
  },
})

const gpu = (adapter: object | null) => ({ create: () => ({ requestAdapter: async () => adapter }) })

afterEach(() => {
  const navigator: unknown = Reflect.get(globalThis, 'navigator')
  if (typeof navigator === 'object' && navigator !== null) Reflect.deleteProperty(navigator, 'gpu')
})

it.each(defaultBackends)('says how to install %s', async (backend) => {
  expect(await examineBackend(backend, packagesOf({}))).toEqual({
    subject: `tfjs/${backend}`,
    status: 'absent',
    summary: 'its packages are not installed',
    nextStep: installSteps[backend],
  })
})

it('says what to do where WebGPU has no adapter', async () => {
  expect(await examineBackend('webgpu', packagesOf({ webgpu: gpu(null) }))).toEqual({
    subject: 'tfjs/webgpu',
    status: 'absent',
    summary: 'WebGPU finds no adapter',
    nextStep: 'install the Vulkan loader (libvulkan1) and a driver for the GPU',
  })
})

it.each([
  [true, 'warning', 'which is slower than wasm'],
  [false, 'ok', 'TensorFlow.js 4'],
])('tells software (%s) from a GPU', async (isFallbackAdapter, status, summary) => {
  const { tf } = await loadTfjs({ logger: silentLogger, backends: ['cpu'] })
  // The real engine computes, under another name.
  const like = { ...tf, setBackend: async () => true, getBackend: () => 'webgpu' }
  const finding = await examineBackend(
    'webgpu',
    packagesOf({
      webgpu: gpu({ isFallbackAdapter, info: { description: 'llvmpipe' } }),
      '@tensorflow/tfjs': like,
      '@tensorflow/tfjs-backend-webgpu': {},
    }),
  )
  expect(finding).toMatchObject({ status, summary: expect.stringContaining(summary) })
})
