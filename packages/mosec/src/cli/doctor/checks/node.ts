/** Node itself. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'

/** `engines.node` of every package. */
const NEEDED = [20, 19] as const

/** Whether Node is recent enough. */
export function examineNode({ nodeVersion, platform, arch }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const isEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
  const details = { version: nodeVersion, platform, arch }
  const summary = `${nodeVersion} on ${platform} ${arch}`
  if (isEnough) return { subject: 'Node', status: 'ok', summary, details }
  const needed = NEEDED.join('.')
  return { subject: 'Node', status: 'problem', summary, nextStep: `install Node ${needed} or later`, details }
}
