/** The machine that is examined, as a port: tests bring machines that nobody has. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { defaultSocketDirectory } from '@mosec/ipc'

/** What the checks may ask. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nodeVersion: string
  readonly platform: string
  readonly arch: string
  readonly cpuCount: number
  readonly cpuModel: string
  readonly memoryBytes: number
  /** What may still be allocated, as the system and the container see it. */
  readonly availableMemoryBytes: number
  /** The container's limit; undefined when there is none. */
  readonly memoryLimitBytes: number | undefined
  /** Where the server makes its sockets unless it is told. */
  readonly socketDirectory: string
  /** The text of a file; undefined when it cannot be read. */
  read(path: string): string | undefined
  /** Names in a folder; none when there is no such folder. */
  list(folder: string): readonly string[]
  has(path: string): boolean
  /** Size and free space of the file system at `path`; undefined when there is none. */
  space(path: string): { readonly totalBytes: number; readonly freeBytes: number } | undefined
  /** What a command prints; undefined when it is missing, fails, or takes more than ten seconds. */
  run(command: string, args: readonly string[]): Promise<string | undefined>
}

const COMMAND_TIMEOUT_MS = 10_000

/** This one. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory()
  return {
    env: process.env,
    nodeVersion: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    cpuCount: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    availableMemoryBytes: process.availableMemory(),
    // 0, or more than there is, where nothing limits it.
    memoryLimitBytes: limit > 0 && limit < totalmem() ? limit : undefined,
    socketDirectory: defaultSocketDirectory(),
    read: (path) => attempt(() => readFileSync(path, 'utf8')),
    list: (folder) => attempt(() => readdirSync(folder)) ?? [],
    has: existsSync,
    space: (path) =>
      attempt(() => {
        const { bsize, blocks, bavail } = statfsSync(path)
        return { totalBytes: bsize * blocks, freeBytes: bsize * bavail }
      }),
    run: runCommand,
  }
}

function attempt<Value>(ask: () => Value): Value | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

function runCommand(command: string, args: readonly string[]): Promise<string | undefined> {
  const signal = AbortSignal.timeout(COMMAND_TIMEOUT_MS)
  return new Promise((resolve) => {
    execFile(command, args, { signal, maxBuffer: 16_777_216 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    )
  })
}
