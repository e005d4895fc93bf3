/** webgpu on whatever Vulkan there is: the system's, or the one unpacked in MOSEC_VULKAN (scripts/software-vulkan.sh). */

import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const fixture = fileURLToPath(new URL('./fixtures/on-webgpu.ts', import.meta.url))

// The loader of libraries reads its variable when a process starts.
const { MOSEC_VULKAN: folder } = process.env
const vulkan = folder && {
  LD_LIBRARY_PATH: join(folder, 'lib'),
  VK_DRIVER_FILES: join(folder, 'share/vulkan/icd.d/lvp_icd.json'),
}

test('webgpu computes padded batches, fails bad items alone, and the doctor measures it', async (context) => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href
  const args = ['--import', loader, fixture]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...vulkan } })
  const told: unknown = JSON.parse(stdout)
  if (typeof told === 'object' && told !== null && 'missing' in told) {
    console.info(`webgpu is not tested: ${told.missing}`)
    expect(told.missing).toContain('WebGPU finds no adapter')
    context.skip(String(told.missing))
  }
  expect(told).toEqual({
    results: [6, 'expected a Float32Array of 3 values, shape [3], got a Float32Array of 1 values', 15],
    sizes: [1, 4],
    reports: [{ runtime: { runtime: 'onnx', backend: 'webgpu' } }],
    finding: expect.objectContaining({ subject: 'onnx/webgpu', status: 'ok' }),
  })
})
