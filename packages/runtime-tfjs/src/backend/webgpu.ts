/** WebGPU through Dawn (npm `webgpu`): a GPU without CUDA, over Vulkan, Metal or Direct3D. */

import { activate, asTfjs } from './as-tfjs.ts'
import { NoDeviceError } from './no-device-error.ts'
import type { OpenBackend } from './tfjs.ts'

/** The little of WebGPU that is looked at here. */
interface Gpu {
  requestAdapter(): Promise<Adapter | null>
}

interface Adapter {
  readonly info?: { readonly description?: string; readonly isFallbackAdapter?: boolean }
  readonly isFallbackAdapter?: boolean
}

/** Opens the `webgpu` backend; a software adapter counts only when nothing else is acceptable. */
export const openWebgpu: OpenBackend = async ({ packages, isOnlyChoice }) => {
  const dawn = await packages.load('webgpu')
  if (!isDawn(dawn)) throw new Error('"webgpu" does not export create(): npm install webgpu@latest')
  // One for the process: a device whose instance is collected takes the process along.
  const gpu = exposedGpu() ?? dawn.create([])
  await checkAdapter(gpu, isOnlyChoice)
  // The backend registers itself when it loads, and only if it finds navigator.gpu; that reference keeps `gpu` alive too.
  exposeGpu(gpu)
  exposeGlobals(dawn.globals ?? {})
  const tf = asTfjs(await packages.load('@tensorflow/tfjs'), '@tensorflow/tfjs')
  await packages.load('@tensorflow/tfjs-backend-webgpu')
  await activate(tf, 'webgpu')
  return tf
}

// Without an adapter TensorFlow.js would only say "Cannot read properties of null (reading 'features')".
async function checkAdapter(gpu: Gpu, isSoftwareAllowed: boolean): Promise<void> {
  const adapter = await gpu.requestAdapter()
  if (adapter === null) {
    throw new NoDeviceError(
      'WebGPU finds no adapter',
      'install the Vulkan loader (libvulkan1) and a driver for the GPU',
    )
  }
  const software = softwareName(adapter)
  if (software === undefined || isSoftwareAllowed) return
  throw new NoDeviceError(
    `WebGPU has only a software adapter (${software}), which is slower than wasm`,
    "backends: ['webgpu'] uses it all the same",
  )
}

/** Name of the software that an open webgpu backend computes on; undefined when it is a GPU. */
export async function softwareAdapter(): Promise<string | undefined> {
  const adapter = await exposedGpu()?.requestAdapter()
  return adapter ? softwareName(adapter) : undefined
}

function softwareName({ isFallbackAdapter, info }: Adapter): string | undefined {
  return (isFallbackAdapter ?? info?.isFallbackAdapter) === true
    ? (info?.description ?? 'unnamed')
    : undefined
}

function exposedGpu(): Gpu | undefined {
  const navigator: { readonly gpu?: Gpu } | undefined = Reflect.get(globalThis, 'navigator')
  return navigator?.gpu
}

/** Node 20 has no `navigator`; later ones have one without `gpu`. */
function exposeGpu(gpu: Gpu): void {
  const navigator: unknown = Reflect.get(globalThis, 'navigator')
  const holder = typeof navigator === 'object' && navigator !== null ? navigator : {}
  Object.defineProperty(holder, 'gpu', { value: gpu, configurable: true, writable: true })
  if (holder !== navigator)
    Object.defineProperty(globalThis, 'navigator', { value: holder, configurable: true })
}

/** `GPUBufferUsage` and the like, which browsers have and the backend reads. */
function exposeGlobals(globals: object): void {
  for (const [name, value] of Object.entries(globals)) {
    if (!Reflect.has(globalThis, name)) Object.defineProperty(globalThis, name, { value, configurable: true })
  }
}

/** What the package `webgpu` exports. */
interface Dawn {
  create(options: string[]): Gpu
  readonly globals?: object
}

function isDawn(module: unknown): module is Dawn {
  return typeof module === 'object' && module !== null && 'create' in module
}
