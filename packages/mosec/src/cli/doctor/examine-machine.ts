/** Everything about the machine that a server may stumble over. */

import type { Finding } from '@mosec/core'
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
import type { Machine } from './machine.ts'

/** The server's own default. */
const DEFAULT_PORT = 8000

/** One finding after the other, as it is found. */
export async function* examineMachine(machine: Machine, port?: number): AsyncGenerator<Finding> {
  yield examineNode(machine)
  yield examineProcessor(machine)
  yield examineMemory(machine)
  const gpus = await examineGpus(machine)
  yield* gpus
  yield await examineCuda(machine, gpus.some(isNvidia))
  yield await examineVulkan(machine)
  yield examineSharedMemory(machine)
  yield examineOpenFiles(machine)
  yield await examineSockets(machine.env['MOSEC_PATH'] ?? machine.socketDirectory)
  yield await examinePort(port ?? DEFAULT_PORT, port !== undefined)
  yield await examinePython(machine)
}

const isNvidia = ({ details }: Finding): boolean => details?.['driver'] !== undefined
