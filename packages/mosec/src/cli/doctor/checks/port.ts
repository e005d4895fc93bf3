/** Whether the server could open its port. */

import type { Finding } from '@mosec/core'
import { checkPort } from '../../../port-check.ts'

/** Asked for, a taken port is a problem; otherwise it may well be the server that runs already. */
export async function examinePort(port: number, isAskedFor: boolean): Promise<Finding> {
  const subject = `port ${port}`
  try {
    await checkPort('0.0.0.0', port)
    return { subject, status: 'ok', summary: 'is free', details: { port } }
  } catch (error) {
    const summary = error instanceof Error ? error.message : String(error)
    const status = isAskedFor ? 'problem' : 'warning'
    const nextStep = `stop what has it (ss -ltnp 'sport = :${port}'), or take another: --port ${port + 1}`
    return { subject, status, summary, nextStep, details: { port } }
  }
}
