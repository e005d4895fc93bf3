/** A machine for tests: small, in order, and different where a test wants it. */

import type { Machine } from '../machine.ts'

/** What a test changes. */
export interface MachineChanges extends Partial<Omit<Machine, 'read' | 'list' | 'has'>> {
  readonly files?: Readonly<Record<string, string>>
  readonly folders?: Readonly<Record<string, readonly string[]>>
  /** What commands print, by the command's name. */
  readonly commands?: Readonly<Record<string, string>>
}

/** Two CPUs, 8 GiB, no GPU. */
export function fakeMachine({
  files = {},
  folders = {},
  commands = {},
  ...rest
}: MachineChanges = {}): Machine {
  return {
    env: {},
    nodeVersion: '20.20.2',
    platform: 'linux',
    arch: 'x64',
    cpuCount: 2,
    cpuModel: 'Imagined CPU',
    memoryBytes: 8 * 1024 ** 3,
    availableMemoryBytes: 6 * 1024 ** 3,
    memoryLimitBytes: undefined,
    socketDirectory: '/tmp',
    read: (path) => files[path],
    list: (folder) => folders[folder] ?? [],
    has: (path) => path in files || path in folders,
    space: () => ({ totalBytes: 1024 ** 3, freeBytes: 1024 ** 3 }),
    run: async (command) => commands[command],
    ...rest,
  }
}
