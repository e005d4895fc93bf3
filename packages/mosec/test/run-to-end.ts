/** Runs a fixture that must end by itself. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fixture } from './square-client.ts'

/** How it ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Starts it and waits. */
export async function runToEnd(
  name: string,
  flags: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [fixture(name), ...flags], { env: { ...process.env, ...env } })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  const [code] = await once(child, 'close')
  return { code, output, errors }
}
