/** GPUs and their drivers. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'

/** The first driver for CUDA 12, which the TensorFlow and ONNX Runtime of today are built with. */
const DRIVER_FOR_CUDA_12 = 525

const QUERY = ['--query-gpu=name,memory.total,driver_version,compute_cap', '--format=csv,noheader,nounits']

/** PCI vendors of other GPUs. */
const VENDORS: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x8086': 'Intel' }

/** One finding for each NVIDIA GPU; one in all when there is none. */
export async function examineGpus(machine: Machine): Promise<Finding[]> {
  const told = await machine.run('nvidia-smi', QUERY)
  const rows = (told ?? '').split('\n').filter((line) => line.includes(','))
  if (rows.length > 0) return rows.map((row, index) => nvidiaFinding(row, index, machine))
  return [driverOnly(machine) ?? otherGpu(machine)]
}

function nvidiaFinding(row: string, index: number, { env }: Machine): Finding {
  const [name = '', memory = '', driver = '', computeCapability = ''] = row
    .split(',')
    .map((cell) => cell.trim())
  const found = {
    subject: `GPU ${index}`,
    summary: `${name}, ${memory} MiB, driver ${driver}`,
    details: { name, memoryMib: Number(memory), driver, computeCapability },
  }
  if (Number.parseInt(driver, 10) < DRIVER_FOR_CUDA_12) {
    const nextStep = `install driver ${DRIVER_FOR_CUDA_12} or later: CUDA 12 needs it`
    return { ...found, status: 'warning', nextStep }
  }
  if (isHidden(env['CUDA_VISIBLE_DEVICES'], index)) {
    const nextStep = 'unset CUDA_VISIBLE_DEVICES, or name the device in it'
    return {
      ...found,
      summary: `${found.summary}; hidden by CUDA_VISIBLE_DEVICES`,
      status: 'warning',
      nextStep,
    }
  }
  return { ...found, status: 'ok' }
}

/** Devices can also be named by UUID, which says nothing here. */
function isHidden(visible: string | undefined, index: number): boolean {
  if (visible === undefined || !/^[-\d, ]*$/.test(visible)) return false
  return !visible
    .split(',')
    .map((each) => each.trim())
    .includes(String(index))
}

/** The kernel has the driver, but its tools or devices did not come along: a container without `--gpus`, mostly. */
function driverOnly(machine: Machine): Finding | undefined {
  const version = /Module +(\S+)/.exec(machine.read('/proc/driver/nvidia/version') ?? '')?.[1]
  if (version === undefined) return undefined
  const folders = machine.list('/proc/driver/nvidia/gpus')
  const models = folders.map((folder) => machine.read(`/proc/driver/nvidia/gpus/${folder}/information`) ?? '')
  const names = models.map((text) => /Model:\s*(.+)/.exec(text)?.[1]?.trim() ?? 'unnamed')
  return {
    subject: 'GPU',
    status: 'warning',
    summary: `driver ${version} is loaded (${names.join(', ') || 'no GPU listed'}), but nvidia-smi does not answer`,
    nextStep: 'docker run --gpus all (with the NVIDIA container toolkit), or install nvidia-utils',
    details: { driver: version, names },
  }
}

function otherGpu(machine: Machine): Finding {
  const cards = machine.list('/sys/class/drm').filter((name) => /^card\d+$/.test(name))
  const vendors = cards.map(
    (card) => VENDORS[machine.read(`/sys/class/drm/${card}/device/vendor`)?.trim() ?? ''],
  )
  const known = vendors.filter((vendor) => vendor !== undefined)
  if (known.length === 0) return { subject: 'GPU', status: 'absent', summary: 'none found' }
  const summary = `${known.join(', ')}, which WebGPU can use over Vulkan, and CUDA cannot`
  return { subject: 'GPU', status: 'ok', summary, details: { vendors: known } }
}
