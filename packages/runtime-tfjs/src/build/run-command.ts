/** Runs a tool and keeps what it says. */

import { spawn } from 'node:child_process'

/** How a tool ended. */
export interface CommandEnd {
  /** Its exit code; undefined when it could not be started or was killed. */
  readonly code: number | undefined
  /** Both of its outputs as one text, or why it could not be started. */
  readonly output: string
}

/** Enough for the compiler's first errors or pip's last lines. */
const OUTPUT_LIMIT = 100_000

/** Resolves when the tool has ended; after `timeoutMs` it is killed. */
export function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    // Not spawn's own `timeout`: when the tool is missing, its timer goes on and holds our process.
    const signal = AbortSignal.timeout(timeoutMs)
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
    let output = ''
    const keep = (text: string): void => {
      output = (output + text).slice(-OUTPUT_LIMIT)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => resolve({ code: undefined, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? undefined, output }))
  })
}

/** The last lines of a long output, which is where tools say what went wrong. */
export const lastLines = (output: string, count = 12): string =>
  output.trimEnd().split('\n').slice(-count).join('\n')
