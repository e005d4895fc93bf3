/** The admin endpoint as a test uses it. */

import type { StageState } from 'mosec'
import type { Program, StartProgramOptions } from 'mosec/testing'
import { expect } from 'vitest'
import { start } from './square-client.ts'

/** Opens the admin endpoint of every program that a test starts. */
export const TOKEN = 'a-token-for-the-tests'

/** The stage of the fixture. */
export const STAGE = 'Scaled_1'

/** Starts the fixture `scaled` with the admin endpoint open; `env` says how its stage runs. */
export const startScaled = (
  env: Readonly<Record<string, string>> = {},
  options: Partial<StartProgramOptions> = {},
): Promise<Program> => start('scaled', { ...options, env: { MOSEC_ADMIN: TOKEN, ...env } })

/** Asks `/admin` with the token. */
export function admin(program: Program, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers }
  return fetch(`${program.url}/admin${path}`, { ...init, headers })
}

/** Changes the stage; fails when that is refused. */
export async function change(program: Program, changes: object): Promise<StageState> {
  const response = await admin(program, `/stages/${STAGE}`, {
    method: 'PATCH',
    body: JSON.stringify(changes),
  })
  const text = await response.text()
  expect(text).toMatch(/^\{/)
  return JSON.parse(text) as StageState
}

/** How the stage runs now. */
export async function stateOf(program: Program): Promise<StageState> {
  return (await (await admin(program, `/stages/${STAGE}`)).json()) as StageState
}

/** Waits until as many replicas as are wanted take work, and no other one is left. */
export async function settled(program: Program, replicas: number): Promise<void> {
  await expect
    .poll(async () => (await stateOf(program)).states, { timeout: 20_000 })
    .toEqual({ ready: replicas, starting: 0, backoff: 0, leaving: 0 })
}
