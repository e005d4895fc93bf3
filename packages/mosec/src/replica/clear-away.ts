/** A replica whose parent was killed leaves nothing behind: it removes the folder of the parent's sockets. */

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { reclaimSocketFolder } from '@mosec/ipc'

/** A killed parent is not gone before its own parent has heard of it. */
const RETRY_MS = 50
const MOST_TRIES = 20

/** Resolves when the folder is gone, or at once when the parent lives. */
export async function clearAwayIfOrphaned(address: string): Promise<void> {
  // The socket's end may be heard before that of the control channel.
  await setImmediate()
  for (let tries = 0; tries < MOST_TRIES && !process.connected; tries++) {
    await reclaimSocketFolder(address)
    if (!existsSync(dirname(address))) return
    await setTimeout(RETRY_MS)
  }
}
