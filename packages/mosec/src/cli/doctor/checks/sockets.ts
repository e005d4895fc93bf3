/** Whether replicas can be reached: their sockets lie in a folder, and their paths have a limit. */

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Finding } from '@mosec/core'

/** unix(7): `sun_path` has 108 bytes, the last of them 0. */
const PATH_LIMIT_BYTES = 107

/** As long as what the server makes there: `mosec-<pid>-<namespace>-<16 digits>/<stage>.sock`. */
const LONGEST_NAME = 'mosec-4194304-4026531836-0123456789abcdef/99-99.sock'

/** Makes a folder and a socket in it, where the server would. */
export async function examineSockets(folder: string): Promise<Finding> {
  const subject = 'sockets'
  const pathBytes = Buffer.byteLength(join(folder, LONGEST_NAME))
  const details = { folder, pathBytes, pathLimitBytes: PATH_LIMIT_BYTES }
  const nextStep = 'set --path (MOSEC_PATH) of the server to a short path that this user can write to'
  if (pathBytes > PATH_LIMIT_BYTES) {
    const summary = `paths in ${folder} come to ${pathBytes} bytes, and sockets may have ${PATH_LIMIT_BYTES}`
    return { subject, status: 'problem', summary, nextStep, details }
  }
  try {
    await tryFolder(folder)
    return { subject, status: 'ok', summary: `can be made in ${folder}`, details }
  } catch (error) {
    const summary = `cannot be made in ${folder}: ${error instanceof Error ? error.message : error}`
    return { subject, status: 'problem', summary, nextStep, details }
  }
}

async function tryFolder(folder: string): Promise<void> {
  const own = await mkdtemp(join(folder, 'mosec-doctor-'))
  try {
    await listenAt(join(own, 'replica.sock'))
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

function listenAt(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(path, () => server.close(() => resolve()))
  })
}
