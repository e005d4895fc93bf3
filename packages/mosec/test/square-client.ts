/** Requests to the square fixture. */

import { fileURLToPath } from 'node:url'
import { type Program, type StartProgramOptions, startProgram } from 'mosec/testing'

/** Path of a fixture. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url))

/** Starts a fixture. */
export const start = (name: string, options: Partial<StartProgramOptions> = {}): Promise<Program> =>
  startProgram({ file: fixture(name), ...options })

/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Headers
}

/** Posts JSON and reads the whole answer. */
export async function post(program: Program, body: unknown, path = '/inference'): Promise<Answer> {
  const response = await fetch(`${program.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.text(), headers: response.headers }
}

/** Gets a path. */
export async function get(program: Program, path: string): Promise<Answer> {
  const response = await fetch(`${program.url}${path}`)
  return { status: response.status, body: await response.text(), headers: response.headers }
}
