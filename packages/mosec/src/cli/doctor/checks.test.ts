/** The checks, on machines that nobody has here. */

import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { examineCuda } from './checks/cuda.ts'
import { examineGpus } from './checks/gpus.ts'
import { examineMemory } from './checks/memory.ts'
import { examineNode } from './checks/node.ts'
import { examineOpenFiles } from './checks/open-files.ts'
import { examinePort } from './checks/port.ts'
import { examineProcessor } from './checks/processor.ts'
import { examinePython } from './checks/python.ts'
import { examineSharedMemory } from './checks/shared-memory.ts'
import { examineSockets } from './checks/sockets.ts'
import { examineVulkan } from './checks/vulkan.ts'
import { fakeMachine } from './testing/fake-machine.ts'

describe('Node', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.18.9', 'problem'],
    ['18.20.4', 'problem'],
  ])('%s is %s', (nodeVersion, status) => {
    expect(examineNode(fakeMachine({ nodeVersion }))).toMatchObject({ subject: 'Node', status })
  })
})

describe('CPU', () => {
  it("warns of a container's share, in both forms of control groups", () => {
    const v2 = fakeMachine({ files: { '/sys/fs/cgroup/cpu.max': '150000 100000\n' } })
    expect(examineProcessor(v2)).toMatchObject({
      status: 'warning',
      summary: '2 CPUs, Imagined CPU; the container may use 1.5',
      nextStep: expect.stringContaining('at most 1 computing replica'),
    })
    const v1 = {
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    }
    expect(examineProcessor(fakeMachine({ files: v1 })).details).toMatchObject({ quotaCpus: 0.5 })
  })

  it('is well without a limit', () => {
    const files = { '/sys/fs/cgroup/cpu.max': 'max 100000\n', '/proc/cpuinfo': 'flags : fpu avx avx2' }
    expect(examineProcessor(fakeMachine({ files }))).toMatchObject({ status: 'ok' })
    const unlimited = { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' }
    expect(examineProcessor(fakeMachine({ files: unlimited }))).toMatchObject({ status: 'ok' })
  })

  it('without AVX cannot run the TensorFlow of PyPI', () => {
    const files = { '/proc/cpuinfo': 'flags : fpu sse4_2' }
    expect(examineProcessor(fakeMachine({ files }))).toMatchObject({ status: 'warning' })
  })
})

it('memory: little of it, and the limit of the container', () => {
  expect(examineMemory(fakeMachine())).toMatchObject({ status: 'ok', summary: '6 GiB available of 8 GiB' })
  const small = { availableMemoryBytes: 300 * 1024 ** 2, memoryLimitBytes: 512 * 1024 ** 2 }
  expect(examineMemory(fakeMachine(small))).toMatchObject({
    status: 'warning',
    summary: '300 MiB available of 8 GiB; the container may use 512 MiB',
  })
})

describe('GPUs', () => {
  const row = (driver: string) => `NVIDIA H100 80GB HBM3, 81559, ${driver}, 9.0\n`

  it('are listed one by one', async () => {
    const commands = { 'nvidia-smi': row('550.54.15') + row('550.54.15') }
    const machine = fakeMachine({ commands, env: { CUDA_VISIBLE_DEVICES: '1' } })
    expect(await examineGpus(machine)).toMatchObject([
      {
        subject: 'GPU 0',
        status: 'warning',
        summary: expect.stringContaining('hidden by CUDA_VISIBLE_DEVICES'),
      },
      { subject: 'GPU 1', status: 'ok', summary: 'NVIDIA H100 80GB HBM3, 81559 MiB, driver 550.54.15' },
    ])
  })

  it('need a driver that knows CUDA 12', async () => {
    const [gpu] = await examineGpus(fakeMachine({ commands: { 'nvidia-smi': row('470.82.01') } }))
    expect(gpu).toMatchObject({ status: 'warning', nextStep: expect.stringContaining('driver 525') })
  })

  it('whose driver is loaded but whose tools are missing: a container without its devices', async () => {
    const machine = fakeMachine({
      files: {
        '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue',
        '/proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA L4\nIRQ: 1',
      },
      folders: { '/proc/driver/nvidia/gpus': ['0000:01:00.0'] },
    })
    expect(await examineGpus(machine)).toMatchObject([
      { status: 'warning', summary: expect.stringContaining('550.54.15 is loaded (NVIDIA L4)') },
    ])
  })

  it('of others are named; none is absent, not wrong', async () => {
    const machine = fakeMachine({
      files: { '/sys/class/drm/card0/device/vendor': '0x1002\n' },
      folders: { '/sys/class/drm': ['card0', 'card0-HDMI-A-1', 'version'] },
    })
    expect(await examineGpus(machine)).toMatchObject([{ status: 'ok', details: { vendors: ['AMD'] } }])
    expect(await examineGpus(fakeMachine())).toMatchObject([{ subject: 'GPU', status: 'absent' }])
  })
})

describe('CUDA', () => {
  const ldconfig = '\tlibcudart.so.12 (libc6,x86-64) => /usr/lib/libcudart.so.12\n'

  it('is found by the loader and in LD_LIBRARY_PATH', async () => {
    const machine = fakeMachine({
      commands: { ldconfig },
      env: { LD_LIBRARY_PATH: '/opt/cudnn' },
      folders: { '/opt/cudnn/': ['libcudnn.so.9', 'readme'] },
      files: { '/usr/local/cuda/version.json': '{ "cuda": { "name": "CUDA SDK", "version": "12.4.1" } }' },
    })
    expect(await examineCuda(machine, true)).toMatchObject({
      status: 'ok',
      summary: 'toolkit 12.4.1, libcudart.so.12, libcudnn.so.9',
      details: { wanted: { 'onnxruntime-node': 'CUDA 12, cuDNN 9' } },
    })
  })

  it('that lacks cuDNN is a warning beside a GPU, and no matter without one', async () => {
    const machine = fakeMachine({ commands: { ldconfig } })
    expect(await examineCuda(machine, true)).toMatchObject({
      status: 'warning',
      summary: 'libcudart.so.12; libcudnn.so.9 wanted',
      nextStep: expect.stringContaining('mosec doctor --build-tfjs-node --gpu'),
    })
    expect(await examineCuda(machine, false)).toMatchObject({ status: 'absent' })
  })
})

it('Vulkan: no loader, no driver, and adapters by name', async () => {
  expect(await examineVulkan(fakeMachine())).toMatchObject({ status: 'absent' })
  const commands = { ldconfig: '\tlibvulkan.so.1 (libc6,x86-64) => /usr/lib/libvulkan.so.1\n' }
  expect(await examineVulkan(fakeMachine({ commands }))).toMatchObject({ status: 'warning' })
  const whole = fakeMachine({
    commands: { ...commands, vulkaninfo: '\tdeviceName         = NVIDIA L4\n\tdriverName = NVIDIA\n' },
    env: { VK_DRIVER_FILES: '/opt/icd.json' },
  })
  expect(await examineVulkan(whole)).toMatchObject({ status: 'ok', summary: 'libvulkan.so.1: NVIDIA L4' })
})

it("/dev/shm: Docker's default is little", () => {
  const space = () => ({ totalBytes: 64 * 1024 ** 2, freeBytes: 60 * 1024 ** 2 })
  expect(examineSharedMemory(fakeMachine({ space }))).toMatchObject({
    status: 'warning',
    summary: '60 MiB free of 64 MiB',
    nextStep: expect.stringContaining('--shm-size'),
  })
  expect(examineSharedMemory(fakeMachine())).toMatchObject({ status: 'ok' })
  expect(examineSharedMemory(fakeMachine({ space: () => undefined }))).toMatchObject({ status: 'absent' })
})

it('open files: few, enough, unlimited, unknown', () => {
  const limited = (text: string) =>
    examineOpenFiles(
      fakeMachine({ files: { '/proc/self/limits': `Max open files            ${text}   ${text}   files` } }),
    )
  expect(limited('1024')).toMatchObject({ status: 'warning', nextStep: expect.stringContaining('ulimit -n') })
  expect(limited('65536')).toMatchObject({ status: 'ok', details: { openFiles: 65536 } })
  expect(limited('unlimited')).toMatchObject({ status: 'ok' })
  expect(examineOpenFiles(fakeMachine())).toMatchObject({ status: 'absent' })
})

describe('sockets', () => {
  it('can be made, cannot be made, and have paths that are too long', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mosec-test-'))
    try {
      expect(await examineSockets(folder)).toMatchObject({ status: 'ok' })
      expect(await examineSockets(join(folder, 'gone'))).toMatchObject({
        status: 'problem',
        summary: expect.stringContaining('ENOENT'),
        nextStep: expect.stringContaining('--path'),
      })
      const deep = join(folder, 'x'.repeat(80))
      await mkdir(deep)
      expect(await examineSockets(deep)).toMatchObject({
        status: 'problem',
        summary: expect.stringContaining('sockets may have 107'),
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it('a port that is taken is a problem for who asked for it', async () => {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(await examinePort(port, true)).toMatchObject({
    status: 'problem',
    nextStep: expect.stringContaining('ss -ltnp'),
  })
  expect(await examinePort(port, false)).toMatchObject({ status: 'warning' })
  server.close()
  await once(server, 'close')
  expect(await examinePort(port, true)).toMatchObject({ subject: `port ${port}`, status: 'ok' })
})

it('Python: there with its Mosec, or not', async () => {
  expect(await examinePython(fakeMachine())).toMatchObject({ status: 'absent' })
  const run = async (_: string, args: readonly string[]) =>
    args[0] === '--version' ? 'Python 3.13.1\n' : '0.9.6\n'
  expect(await examinePython(fakeMachine({ run }))).toMatchObject({ summary: 'Python 3.13.1, mosec 0.9.6' })
})
