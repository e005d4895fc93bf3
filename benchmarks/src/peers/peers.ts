/** The servers that are compared, each as its own documentation writes it. */

import { fileURLToPath } from 'node:url'
import type { Peer } from './peer.ts'
import { pythonWith } from './python-with.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const node = (file: string): readonly [string, string] => [process.execPath, path(`../servers/${file}.js`)]

type Env = Readonly<Record<string, string>>

export const ours = (
  server: 'echo' | 'sleep' | 'faulty' | 'soak' | 'payload' | 'grown' | 'embed' | 'pictures',
  env: Env = {},
  name = 'ours',
): Peer => ({
  name,
  isOurs: true,
  command: node(server),
  env,
  tellsUrl: true,
})

export const floor = (): Peer => ({ name: 'floor', command: node('floor'), env: {}, tellsUrl: true })

/** Payloads between processes with nothing around them. */
export const relay = (env: Env, name = 'bare'): Peer => ({
  name,
  command: node('relay'),
  env,
  tellsUrl: true,
})

export const handmade = (model: 'echo' | 'sleep'): Peer => ({
  name: 'handmade',
  command: node('handmade'),
  env: { MODEL: model },
  tellsUrl: true,
})

/** The sentence encoder in the server's own process, a text at a time. */
export const handmadeEmbed = (env: Env): Peer => ({
  name: 'handmade',
  command: node('handmade-embed'),
  env,
  tellsUrl: true,
})

/** Mosec from PyPI, or undefined with the reason printed. */
export function mosec(server: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonWith('mosec', 'mosec')
  if (python === undefined) return undefined
  return { name: 'mosec', command: [python, path(`../../python/${server}.py`)], env, tellsUrl: false }
}

/** The very file of Mosec's peer behind our server, or undefined with the reason printed. */
export function pythonStages(server: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonWith('mosec', 'python')
  if (python === undefined) return undefined
  const command = [process.execPath, mosecCommand, 'python', '--python', python] as const
  const file = path(`../../python/${server}.py`)
  return { name: 'python', isOurs: true, command: [...command, file], env, tellsUrl: true }
}

const mosecCommand = path('../../../packages/mosec/bin/mosec.js')

/** LitServe from PyPI, or undefined with the reason printed. It has one stage. */
export function litserve(model: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonWith('litserve')
  if (python === undefined) return undefined
  const command = [python, path('../../python/litserve_peer.py')] as const
  return {
    name: 'litserve',
    command,
    env: { ...env, MODEL: model },
    tellsUrl: false,
    addressFlag: '--host',
    startsSlowly: true,
  }
}

/** BentoML from PyPI with one service, or undefined with the reason printed. */
export function bentoml(model: 'echo' | 'sleep', env: Env = {}): Peer | undefined {
  const python = pythonWith('bentoml')
  if (python === undefined) return undefined
  const service = ['bentoml_peer:Model', '--working-dir', path('../../python')]
  return {
    name: 'bentoml',
    command: [python, '-m', 'bentoml', 'serve', ...service],
    env: { ...env, MODEL: model, BENTOML_HOME: `${python}-home`, BENTOML_DO_NOT_TRACK: 'True' },
    tellsUrl: false,
    addressFlag: '--host',
    startsSlowly: true,
    // Its batches are made of lists, under the parameter's name.
    wrapBody: (body) => `{"batch":[${body}]}`,
  }
}
