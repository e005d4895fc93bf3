/** Vulkan: the loader, the drivers it finds, and the adapters they give. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'
import { findLibraries } from './libraries.ts'

const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d']

/** What WebGPU computes on. */
export async function examineVulkan(machine: Machine): Promise<Finding> {
  const subject = 'Vulkan'
  const [loader] = await findLibraries(machine, ['libvulkan'])
  const drivers = driversOf(machine)
  const adapters = adaptersIn(await machine.run('vulkaninfo', ['--summary']))
  const details = { loader: loader ?? null, drivers, adapters }
  if (loader === undefined) {
    const nextStep = 'apt-get install libvulkan1 and the driver of the GPU, if WebGPU is wanted'
    return { subject, status: 'absent', summary: 'there is no libvulkan', nextStep, details }
  }
  if (drivers.length === 0) {
    const nextStep = 'install the driver of the GPU (in containers: NVIDIA_DRIVER_CAPABILITIES=all)'
    return { subject, status: 'warning', summary: `${loader}, but no driver`, nextStep, details }
  }
  const named = adapters.length > 0 ? adapters.join(', ') : drivers.join(', ')
  return { subject, status: 'ok', summary: `${loader}: ${named}`, details }
}

function driversOf({ env, list }: Machine): string[] {
  const named = env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES']
  if (named !== undefined) return named.split(':').filter((path) => path !== '')
  return DRIVER_FOLDERS.flatMap(list).filter((name) => name.endsWith('.json'))
}

function adaptersIn(summary: string | undefined): string[] {
  return [...(summary ?? '').matchAll(/deviceName\s*=\s*(.+)/g)].map(([, name = '']) => name.trim())
}
