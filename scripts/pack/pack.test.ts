/** What we publish works for a stranger: installed by plain npm into an empty project, compiled and run. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../steps/pnpm.mjs'
import { type Packed, packAll } from './packed.ts'
import { importAll, moduleProgram, readmeProgram, squareModule } from './programs.ts'
import { startProgram } from './running-program.ts'
import { compileProject, installProject, linkPeers } from './stranger-project.ts'

const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']
const INSTALL_MS = 240_000
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mosec-pack-')))
let packed: readonly Packed[] = []

const hasServer = 'Server' in (await import(join(root, 'packages/mosec/dist/index.js')))

beforeAll(() => {
  const tarballs = mkdtempSync(join(tmpdir(), 'mosec-tarballs-'))
  try {
    packed = packAll(tarballs)
    const paths = packed.map(({ tarball }) => tarball)
    installProject(folder, paths, ['tsx', '@types/node'])
  } finally {
    rmSync(tarballs, { recursive: true })
  }
}, INSTALL_MS)

afterAll(() => rmSync(folder, { recursive: true }))

test('a tarball holds what users need and nothing else', () => {
  const stray = /\.test\.|\.test-d\.|\.bench\.|tsbuildinfo|\/(test|fixtures|bench)\/|(?<!\.d)\.ts$/
  const allowed = /^(dist\/.+|bin\/.+\.js|python\/.+\.py|package\.json|README\.md|LICENSE)$/
  for (const { name, files, entries } of packed) {
    const isTesting = (path: string): boolean =>
      path.startsWith('dist/testing/') && !entries.includes(`${name}/testing`)
    const odd = files.filter((path) => stray.test(path) || isTesting(path) || !allowed.test(path))
    expect({ name, odd }).toEqual({ name, odd: [] })
    const missing = REQUIRED.filter((path) => !files.includes(path))
    expect({ name, missing }).toEqual({ name, missing: [] })
  }
  expect(packed.length).toBeGreaterThanOrEqual(9)
})

test('Swagger UI comes along, and nothing that runs at its installation', () => {
  const openapi = packed.find(({ name }) => name === '@mosec/openapi')
  const served = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'swagger-ui.LICENSE.txt']
  expect(openapi?.files).toEqual(expect.arrayContaining(served.map((name) => `dist/swagger-ui/${name}`)))
  expect(existsSync(join(folder, 'node_modules/@scarf'))).toBe(false)
})

test('every entry can be imported in plain Node', () => {
  const entries = packed.flatMap((one) => one.entries)
  const program = entries.map((entry) => `await import('${entry}')\n`).join('')
  const options = { cwd: folder, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], options)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('the types of every entry resolve', { timeout: 60_000 }, () => {
  linkPeers(
    folder,
    packed.map(({ name }) => name),
  )
  writeFileSync(join(folder, 'all-entries.ts'), importAll(packed.flatMap((one) => one.entries)))
  expect(compileProject(folder)).toEqual([])
  expect(compileProject(folder, ['dom', 'dom.iterable'])).toEqual([])
})

describe.skipIf(!hasServer)('programs (skipped while mosec exports no Server)', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'server.ts'), readmeProgram())
    writeFileSync(join(folder, 'module-server.ts'), moduleProgram)
    writeFileSync(join(folder, 'square.ts'), squareModule)
    expect(compileProject(folder)).toEqual([])
  })

  test.each([
    ['a class worker in server.ts', ['--import', 'tsx', 'server.ts']],
    ['a class worker in server.js', ['js/server.js']],
    ['a module worker', ['js/module-server.js']],
  ])('%s serves, and stops cleanly', { timeout: 60_000 }, async (_name, args) => {
    const signal = AbortSignal.timeout(50_000)
    const program = await startProgram(folder, [...args, '--port', '0'], signal)
    const answers = await Promise.all([2, 3, 4].map((x) => square(program.url, x, signal)))
    expect(answers).toEqual([{ x: 4 }, { x: 9 }, { x: 16 }])
    const asCurl = await post(program.url, '{"x": 7}', signal, 'application/x-www-form-urlencoded')
    expect(await asCurl.text()).toBe('{"x":49}')
    expect((await post(program.url, 'no json', signal)).status).toBe(400)
    expect(await square(program.url, 5, signal)).toEqual({ x: 25 })
    if (process.platform === 'linux') expect(program.processes().length).toBeGreaterThan(1)
    expect(await program.stop()).toBe(0)
    expect(program.processes()).toEqual([])
  })
})

async function square(url: string, x: number, signal: AbortSignal): Promise<unknown> {
  const response = await post(url, JSON.stringify({ x }), signal)
  expect(response.status).toBe(200)
  return await response.json()
}

async function post(
  url: string,
  body: string,
  signal: AbortSignal,
  contentType = 'application/json',
): Promise<Response> {
  const headers = { 'content-type': contentType }
  return await fetch(`${url}/inference`, { method: 'POST', headers, body, signal })
}
