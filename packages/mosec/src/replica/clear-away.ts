/** A replica whose parent was killed leaves nothing behind: it removes the folder of the parent's sockets. */

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { reclaimSocketFolder } from '@mosec/ipc/replica'

/** The parent when this process began; when that dies, another process becomes it. */
const parent = process.ppid

/** A dying parent's sockets end a moment before it is gone, and a killed one is not gone before it was asked how it ended. */
const RETRY_MS = 10
/** How often a parent that still lives is looked at: one that stops its replicas in good order lives on. */
const LOOKS_AT_THE_LIVING = 3
const MOST_TRIES = 100

/** Resolves when the folder is gone, or soon when the parent lives. */
export async function clearAwayIfOrphaned(address: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (isOrphaned()) {
      await reclaimSocketFolder(address)
      if (!existsSync(dirname(address))) return
    } else if (tries >= LOOKS_AT_THE_LIVING) return
    await setTimeout(RETRY_MS)
  }
}

const isOrphaned = (): boolean => !process.connected || process.ppid !== parent
