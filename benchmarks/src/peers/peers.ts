/** The servers that are compared, each as its own documentation writes it. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Peer } from '../variant.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const node = (file: string): readonly [string, string] => [process.execPath, path(`../servers/${file}.js`)]

/** A folder with a Python environment that has `mosec`; `benchmarks/README.md` says how to make it. */
const pythonFolder = path('../../.venv')

type Env = Readonly<Record<string, string>>

export const ours = (
  server: 'echo' | 'sleep' | 'faulty' | 'soak' | 'payload',
  env: Env = {},
  name = 'ours',
): Peer => ({
  name,
  command: node(server),
  env,
  tellsUrl: true,
})

export const floor = (): Peer => ({ name: 'floor', command: node('floor'), env: {}, tellsUrl: true })

/** Payloads between processes with nothing around them. */
export const relay = (env: Env): Peer => ({ name: 'bare', command: node('relay'), env, tellsUrl: true })

export const handmade = (model: 'echo' | 'sleep'): Peer => ({
  name: 'handmade',
  command: node('handmade'),
  env: { MODEL: model },
  tellsUrl: true,
})

/** Mosec from PyPI, or undefined with the reason printed. */
export function mosec(server: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonOr('mosec')
  if (python === undefined) return undefined
  return { name: 'mosec', command: [python, path(`../../python/${server}.py`)], env, tellsUrl: false }
}

/** The very file of Mosec's peer behind our server, or undefined with the reason printed. */
export function pythonStages(server: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonOr('python')
  if (python === undefined) return undefined
  const command = [process.execPath, mosecCommand, 'python', '--python', python] as const
  return { name: 'python', command: [...command, path(`../../python/${server}.py`)], env, tellsUrl: true }
}

const mosecCommand = path('../../../packages/mosec/bin/mosec.js')

function pythonOr(peer: string): string | undefined {
  const reason = makePythonFolder()
  if (reason === undefined) return `${pythonFolder}/bin/python`
  process.stderr.write(`${peer} is left out: ${reason}\n`)
  return undefined
}

/** Why there is no Python environment with mosec; undefined when there is one. */
function makePythonFolder(): string | undefined {
  const python = `${pythonFolder}/bin/python`
  if (!existsSync(python)) {
    const made = spawnSync('python3', ['-m', 'venv', pythonFolder], { encoding: 'utf8' })
    if (made.status !== 0) return made.error?.message ?? made.stderr
  }
  if (spawnSync(python, ['-c', 'import mosec']).status === 0) return undefined
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', 'mosec'], { encoding: 'utf8' })
  return installed.status === 0 ? undefined : (installed.stderr.trim().split('\n').at(-1) ?? 'pip failed')
}
