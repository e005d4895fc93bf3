/** Whether a folder's files lie in memory, and where the system has such a folder. */

import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** `TMPFS_MAGIC` and `RAMFS_MAGIC`; statfs(2). */
const MEMORY_FILE_SYSTEMS: readonly number[] = [0x0102_1994, 0x8584_58f6]
const LINUX_MEMORY_FOLDER = '/dev/shm'

/** What is written there never comes to a disk. */
export function isInMemory(folder: string): boolean {
  if (process.platform !== 'linux') return false
  try {
    return MEMORY_FILE_SYSTEMS.includes(statfsSync(folder).type)
  } catch {
    return false
  }
}

/** The system's folder in memory where there is one that we may write to, else its folder for temporary files. */
export function defaultSocketDirectory(): string {
  return isInMemory(LINUX_MEMORY_FOLDER) && isWritable(LINUX_MEMORY_FOLDER) ? LINUX_MEMORY_FOLDER : tmpdir()
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
