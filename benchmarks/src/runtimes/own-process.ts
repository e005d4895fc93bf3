/** A case in a process of its own: runtimes keep memory, a chosen backend, and sometimes a crash to themselves. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tfjsNodeProject } from '../peers/tfjs-node-project.ts'
import { caseName } from './cases.ts'
import type { CaseResult, MeasureOptions } from './measure-case.ts'
import type { RuntimeCase } from './runtime-case.ts'

const main = fileURLToPath(new URL('./measure-main.js', import.meta.url))

/** What was measured, or why nothing was: a backend that this machine lacks. */
export async function measureApart(
  one: RuntimeCase,
  options: MeasureOptions,
): Promise<CaseResult | { readonly missing: string }> {
  const env = { ...process.env, ...vulkanEnvironment() }
  try {
    const args = [main, caseName(one), JSON.stringify(options)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: projectOf(one) })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  } catch (error) {
    return { missing: String(error) }
  }
}

/** Runtimes look for packages in the working directory. */
function projectOf({ backend }: RuntimeCase): string {
  return (backend === 'tensorflow' ? tfjsNodeProject : undefined) ?? process.cwd()
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
