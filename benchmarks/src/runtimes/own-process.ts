/** A case in a process of its own: runtimes keep memory, a chosen backend, and sometimes a crash to themselves. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CaseResult, MeasureOptions } from './measure-case.ts'

const main = fileURLToPath(new URL('./measure-main.js', import.meta.url))

/** What was measured, or why nothing was: a backend that this machine lacks. */
export async function measureApart(
  name: string,
  options: MeasureOptions,
): Promise<CaseResult | { readonly missing: string }> {
  const env = { ...process.env, ...vulkanEnvironment() }
  try {
    const args = [main, name, JSON.stringify(options)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  } catch (error) {
    return { missing: String(error) }
  }
}

/** Where scripts/software-vulkan.sh has unpacked one; the loader of libraries reads its variable at the start. */
function vulkanEnvironment(): Record<string, string> {
  const { MOSEC_VULKAN: folder } = process.env
  if (folder === undefined) return {}
  return {
    LD_LIBRARY_PATH: join(folder, 'lib'),
    VK_DRIVER_FILES: join(folder, 'share/vulkan/icd.d/lvp_icd.json'),
  }
}
