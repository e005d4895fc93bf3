/** webgpu on whatever Vulkan there is: the system's, or the one unpacked in MOSEC_VULKAN (scripts/software-vulkan.sh). */

import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href
const fixture = fileURLToPath(new URL('./fixtures/on-webgpu.ts', import.meta.url))

/** The loader of libraries reads its variable when a process starts, so the GPU is used in one of its own. */
function vulkanEnvironment(): Record<string, string> {
  const { MOSEC_VULKAN: folder } = process.env
  if (folder === undefined) return {}
  return {
    LD_LIBRARY_PATH: join(folder, 'lib'),
    VK_DRIVER_FILES: join(folder, 'share/vulkan/icd.d/lvp_icd.json'),
  }
}

test('webgpu computes what wasm computes, in padded batches, without leaks, and says what it cannot', async (context) => {
  const env = { ...process.env, ...vulkanEnvironment() }
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, fixture], { env })
  const told: unknown = JSON.parse(stdout)
  if (typeof told === 'object' && told !== null && 'missing' in told) {
    console.info(`webgpu is not tested: ${told.missing}`)
    expect(told.missing).toContain('WebGPU finds no adapter')
    context.skip(String(told.missing))
  }
  expect(told).toEqual({
    differences: [expect.closeTo(0, 3), expect.closeTo(0, 3)],
    sums: {
      results: [6, 'expected a Float32Array of 3 values, shape [3], got a Float32Array of 1 values', 15],
      sizes: [1, 4, 4],
      kept: 0,
      runtime: { runtime: 'tfjs', backend: 'webgpu' },
      usesGpu: true,
    },
    alone: { error: expect.stringContaining('reads a tensor back while it runs'), warnings: [] },
    orWasm: { results: [0, -7], warnings: [] },
  })
})
