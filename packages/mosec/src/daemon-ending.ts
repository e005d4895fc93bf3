/** How a daemon ended: in words, and as an exit code. */

import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'

/** The end of a daemon. */
export interface Ending {
  /** What the server's process ends with. */
  readonly code: number
  /** `exited with code 3`, say. */
  readonly how: string
}

const exited = (code: number): Ending => ({ code, how: `exited with code ${code}` })

/** A shell's convention: 128 and the signal's number. */
const killed = (signal: NodeJS.Signals): Ending => ({
  code: 128 + constants.signals[signal],
  how: `was killed by ${signal}`,
})

/** Resolves when the process is gone, or could not be started. */
export function endingOfChild(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(exited(child.exitCode))
    if (child.signalCode !== null) resolve(killed(child.signalCode))
    child.once('exit', (code, signal) => resolve(signal === null ? exited(code ?? 0) : killed(signal)))
    const failed = (text: string): void => {
      if (child.pid === undefined) resolve({ code: 1, how: `could not be started${text}` })
    }
    // It may have failed before anybody listened; the error comes in the turn after the spawn.
    child.on('error', (error) => failed(`: ${error.message}`))
    setImmediate(() => failed(''))
  })
}

/** An asynchronous function that returns has ended well, one that throws has not. */
export async function endingOfFunction(running: Promise<unknown>): Promise<Ending> {
  try {
    await running
    return { code: 0, how: 'ended' }
  } catch (error) {
    return { code: 1, how: `failed: ${error instanceof Error ? error.message : String(error)}` }
  }
}
