/** An open loop: requests come when they come, in a process of their own. */

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadPlan, LoadReport } from './plan.ts'

const main = fileURLToPath(new URL('./main.js', import.meta.url))

/** Runs a plan to its end. */
export function openLoop(plan: LoadPlan): Promise<LoadReport> {
  const child = fork(main, { execArgv: [], serialization: 'advanced' })
  return new Promise((resolve, reject) => {
    child.once('message', (report: LoadReport) => resolve(report))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${code}`)))
    child.send(plan)
  })
}
