/** Python, for stages that are written in it. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'

/** From the installed package's description: importing it would start its native parts. */
const PRINT_MOSEC = 'from importlib.metadata import version; print(version("mosec"))'

/** Which Python there is, and whether Mosec itself is installed in it. */
export async function examinePython(machine: Machine): Promise<Finding> {
  const subject = 'Python'
  const version = (await machine.run('python3', ['--version']))?.trim()
  if (version !== undefined) {
    const mosec = (await machine.run('python3', ['-c', PRINT_MOSEC]))?.trim()
    const summary =
      mosec === undefined ? `${version}, without the mosec package` : `${version}, mosec ${mosec}`
    return { subject, status: 'ok', summary, details: { version, mosec: mosec ?? null } }
  }
  const nextStep = 'apt-get install python3, if a stage is written in Python or tfjs-node is to be built'
  return { subject, status: 'absent', summary: 'there is no python3', nextStep }
}
