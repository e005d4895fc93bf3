/** The folder that holds the sockets of one parent, and the clearing away of those of dead parents. */

import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** `mosec-<pid>-<pid namespace>-<random>`. */
const FOLDER_NAME = /^mosec-(\d+)-(\d+)-[0-9a-f]{16}$/

/** A folder of our own. */
export interface SocketFolder {
  readonly path: string
  /** Removes it and all that is in it; harmless when it is gone. */
  remove(): Promise<void>
}

/**
 * Makes a folder that only this user can enter, with a name that nobody can guess, after removing those of dead
 * parents. It goes on `remove`, and at the latest when the process exits; after a SIGKILL it is the next start
 * (or `reclaimSocketFolder` in a replica) that removes it.
 * @param directory where; made when absent.
 */
export async function makeSocketFolder(directory: string): Promise<SocketFolder> {
  await mkdir(directory, { recursive: true })
  await reclaimFolders(directory)
  const random = randomBytes(8).toString('hex')
  const path = join(directory, `mosec-${process.pid}-${await pidNamespace()}-${random}`)
  await mkdir(path, { mode: 0o700 })
  const removeAtExit = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  return {
    path,
    async remove() {
      process.off('exit', removeAtExit)
      await rm(path, { recursive: true, force: true })
    },
  }
}

/**
 * Removes the folder that an address lies in when the parent that made it is dead. A replica that has lost its parent
 * calls this last, so that even a killed parent leaves nothing behind.
 */
export async function reclaimSocketFolder(address: string): Promise<void> {
  const folder = dirname(address)
  await reclaim(dirname(folder), basename(folder), await pidNamespace())
}

/** The folder of a transport that this address lies in; undefined when it lies elsewhere. */
export function socketFolderOf(address: string): string | undefined {
  const folder = dirname(address)
  return FOLDER_NAME.test(basename(folder)) ? folder : undefined
}

async function reclaimFolders(directory: string): Promise<void> {
  const namespace = await pidNamespace()
  const names = await readdir(directory)
  await Promise.all(names.map((name) => reclaim(directory, name, namespace)))
}

async function reclaim(directory: string, name: string, namespace: number): Promise<void> {
  const [, pid, madeIn] = FOLDER_NAME.exec(name) ?? []
  // A process number of another container says nothing here.
  if (pid === undefined || Number(madeIn) !== namespace) return
  const path = join(directory, name)
  try {
    const isStale =
      Number(pid) === process.pid ? await isOlderThanThisProcess(path) : !(await isAlive(Number(pid)))
    if (isStale) await rm(path, { recursive: true, force: true })
  } catch {
    // Another user's, or another process was quicker: not ours to clear, and no reason not to start.
  }
}

/** In a container each start may well get the same process number: then age tells the last one's folder from ours. */
async function isOlderThanThisProcess(path: string): Promise<boolean> {
  const startedMs = Date.now() - process.uptime() * 1000
  const { mtimeMs } = await lstat(path)
  return mtimeMs < startedMs
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
  return !(await isZombie(pid))
}

/** A dead process keeps its number until its own parent asks how it ended, which may be never. Linux alone tells. */
async function isZombie(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // proc(5): the state follows the name, which may hold anything but ends with the last bracket.
  return status.slice(status.lastIndexOf(')')).startsWith(') Z')
}

/** Number of the namespace that process numbers are counted in; 0 on systems that have but one. */
async function pidNamespace(): Promise<number> {
  try {
    return (await stat('/proc/self/ns/pid')).ino
  } catch {
    return 0
  }
}
