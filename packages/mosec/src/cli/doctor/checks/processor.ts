/** CPUs, and what a container may use of them. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'

/** How many replicas may really run at a time. */
export function examineProcessor(machine: Machine): Finding {
  const { cpuCount, cpuModel } = machine
  const quota = cpuQuota(machine)
  const hasAvx = machine.read('/proc/cpuinfo')?.includes(' avx') ?? true
  const details = { cpus: cpuCount, model: cpuModel, quotaCpus: quota ?? null, hasAvx }
  const cpus = `${cpuCount} CPU${cpuCount === 1 ? '' : 's'}, ${cpuModel.trim()}`
  if (quota !== undefined && quota < cpuCount) {
    const nextStep = `start at most ${Math.max(1, Math.floor(quota))} computing replicas here, or raise the limit (docker run --cpus)`
    return {
      subject: 'CPU',
      status: 'warning',
      summary: `${cpus}; the container may use ${quota}`,
      nextStep,
      details,
    }
  }
  if (machine.arch === 'x64' && !hasAvx) {
    const nextStep = 'use the wasm or cpu backend: TensorFlow of PyPI needs AVX'
    return { subject: 'CPU', status: 'warning', summary: `${cpus}; without AVX`, nextStep, details }
  }
  return { subject: 'CPU', status: 'ok', summary: cpus, details }
}

/** cgroup v2 says "200000 100000" or "max 100000" (microseconds per period); v1 has two files and -1. */
function cpuQuota(machine: Machine): number | undefined {
  const v2 = machine.read('/sys/fs/cgroup/cpu.max')?.trim().split(' ')
  const [quota, period] = v2 ?? [
    machine.read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')?.trim(),
    machine.read('/sys/fs/cgroup/cpu/cpu.cfs_period_us')?.trim(),
  ]
  const cpus = Number(quota) / Number(period)
  return Number.isFinite(cpus) && cpus > 0 ? Math.round(cpus * 100) / 100 : undefined
}
