/** Examines a backend in a process of its own, because native code may crash or hang. */

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Finding } from '@mosec/core'
import type { FoundRuntime } from './runtimes.ts'

/** How a backend is examined. */
export interface ProbeOptions {
  readonly timeoutMs: number
  /** Where the user's packages are. */
  readonly projectFolder: string
}

const PROGRAM = fileURLToPath(new URL('./probe-main.js', import.meta.url))
const KEPT_OUTPUT = 4000

/** What the backend's doctor finds, or how its process ended instead. */
export function probe(
  { doctor, url }: FoundRuntime,
  backend: string,
  { timeoutMs, projectFolder }: ProbeOptions,
): Promise<Finding> {
  return new Promise((resolve) => {
    const options = { cwd: projectFolder, silent: true, timeout: timeoutMs, killSignal: 'SIGKILL' } as const
    const child = fork(PROGRAM, [url, backend], options)
    let finding: Finding | undefined
    let said = ''
    child.stdout?.resume()
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_OUTPUT)
    })
    child.on('message', (message) => {
      finding = message as Finding
    })
    const startedMs = performance.now()
    child.once('close', (code, signal) => {
      const isLate = signal === 'SIGKILL' && performance.now() - startedMs >= timeoutMs
      const end = isLate
        ? `did not answer in ${timeoutMs / 1000} s`
        : `its process ended with ${signal ?? `code ${code}`}`
      resolve(
        finding ?? {
          subject: `${doctor.runtime}/${backend}`,
          status: 'problem',
          summary: `${end}${lastLine(said)}`,
        },
      )
    })
  })
}

function lastLine(text: string): string {
  const line = text
    .trim()
    .split('\n')
    .findLast((each) => /error|fatal|fail/i.test(each))
  return line === undefined ? '' : `: ${line.trim()}`
}
