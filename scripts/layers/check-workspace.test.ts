/** Each rule of the house on a small tree: kept, then broken in every way that the rule names. */

import { describe, expect, test } from 'vitest'
import { cleanTree, violationsOf, violationsWith } from './fake-tree.ts'

test('a clean tree has no violation', () => {
  expect(violationsOf(cleanTree)).toEqual([])
})

describe('star', () => {
  const library = 'a library package may import @mosec/core only'

  const ipcWith = (declaration: object): object => ({
    name: '@mosec/ipc',
    dependencies: { '@mosec/core': '1' },
    ...declaration,
  })

  test.each([
    ["import { x } from '@mosec/worker'", '@mosec/worker'],
    ["import type { X } from '@mosec/worker'", '@mosec/worker'],
    ["export * from '@mosec/worker/replica'", '@mosec/worker/replica'],
    ["export { x } from 'mosec'", 'mosec'],
    ["await import('@mosec/server')", '@mosec/server'],
    ["require('@mosec/http')", '@mosec/http'],
    ["type X = import('@mosec/http').X", '@mosec/http'],
  ])('a library must not: %s', (code, specifier) => {
    const found = violationsWith({ 'packages/ipc/src/index.ts': `// one\n\n${code}\n` })
    expect(found).toContain(`packages/ipc/src/index.ts:3 imports ${specifier}: ${library}`)
  })

  test('holds for tests as well', () => {
    const found = violationsWith({ 'packages/ipc/src/x.test.ts': "import '@mosec/codec-json'\n" })
    expect(found).toContain(`packages/ipc/src/x.test.ts:1 imports @mosec/codec-json: ${library}`)
  })

  test.each(['peerDependencies', 'optionalDependencies', 'devDependencies'])(
    'a library must not declare a sibling in %s',
    (section) => {
      const manifest = ipcWith({ [section]: { '@mosec/worker': '1' } })
      expect(violationsWith({ 'packages/ipc/package.json': manifest })).toEqual([
        `packages/ipc/package.json:7 declares @mosec/worker: ${library}`,
      ])
    },
  )

  test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])(
    'core must declare nothing in %s',
    (section) => {
      const manifest = { name: '@mosec/core', [section]: { hono: '1' } }
      expect(violationsWith({ 'packages/core/package.json': manifest })).toEqual([
        'packages/core/package.json:4 declares hono: @mosec/core depends on nothing',
      ])
    },
  )

  test('core may have development dependencies, but none of ours', () => {
    const manifest = { name: '@mosec/core', devDependencies: { tinybench: '1', '@mosec/ipc': '1' } }
    expect(violationsWith({ 'packages/core/package.json': manifest })).toEqual([
      'packages/core/package.json:5 declares @mosec/ipc: @mosec/core depends on nothing',
    ])
  })

  test('core imports no package', () => {
    const found = violationsWith({ 'packages/core/src/queue/x.ts': "import 'hono'\n" })
    expect(found).toContain('packages/core/src/queue/x.ts:1 imports hono: @mosec/core depends on nothing')
  })
})

describe('core purity', () => {
  test.each([
    'node:http',
    'node:http2',
    'node:https',
    'node:net',
    'node:tls',
    'node:child_process',
    'node:worker_threads',
    'net',
  ])('core must not import %s', (builtin) => {
    expect(violationsWith({ 'packages/core/src/stage/x.ts': `import '${builtin}'\n` })).toEqual([
      `packages/core/src/stage/x.ts:1 imports ${builtin}: core has no HTTP, sockets, processes or threads`,
    ])
  })

  test.each([
    ['Date.now()', 'uses Date.now'],
    ['new Date()', 'uses new Date'],
    ['performance.now()', 'uses performance.now'],
    ['setTimeout(() => {}, 1)', 'uses setTimeout'],
    ['globalThis.setInterval(() => {}, 1)', 'uses setInterval'],
    ['setImmediate(() => {})', 'uses setImmediate'],
    ['const { now } = Date', 'uses Date.now'],
    ["Date['now']()", 'uses Date.now'],
    ['AbortSignal.timeout(1)', 'uses AbortSignal.timeout'],
    ["import 'node:timers/promises'", 'imports node:timers/promises'],
  ])('core must not read the time: %s', (code, what) => {
    expect(violationsWith({ 'packages/core/src/batch/x.ts': `\n${code}\n` })).toEqual([
      `packages/core/src/batch/x.ts:2 ${what}: core knows the time only through contract/clock.ts`,
    ])
  })

  test('a clock that is passed in is not the global one', () => {
    const code = 'export const f = (clock: { setTimeout(): void }) => [clock.setTimeout(), new Date(0)]\n'
    expect(violationsWith({ 'packages/core/src/batch/x.ts': code })).toEqual([])
  })
})

describe('floors of core', () => {
  const down =
    'floors of core: runtime -> scheduler -> pipeline -> stage -> batch -> queue -> memory -> contract, imports only point down'

  test.each([
    ['contract', 'memory'],
    ['memory', 'queue'],
    ['queue', 'batch'],
    ['batch', 'stage'],
    ['stage', 'pipeline'],
    ['pipeline', 'scheduler'],
    ['contract', 'scheduler'],
  ])('%s must not import %s', (from, to) => {
    const tree = {
      [`packages/core/src/${from}/x.ts`]: `import '../${to}/y.ts'\n`,
      [`packages/core/src/${to}/y.ts`]: `import '../${from}/z.ts'\n`,
    }
    expect(violationsWith(tree)).toEqual([`packages/core/src/${from}/x.ts:1 imports ../${to}/y.ts: ${down}`])
  })

  test('only tests import testing', () => {
    const found = violationsWith({
      'packages/core/src/queue/x.ts': "import '../testing/fake.ts'\n",
      'packages/core/src/x.ts': "export * from './testing/fake.ts'\n",
    })
    expect(found).toEqual([
      'packages/core/src/queue/x.ts:1 imports ../testing/fake.ts: only tests import testing',
      'packages/core/src/x.ts:1 imports ./testing/fake.ts: only tests import testing',
    ])
  })

  test('a folder that is no floor is named', () => {
    expect(violationsWith({ 'packages/core/src/utils/x.ts': 'export {}\n' })).toEqual([
      `packages/core/src/utils/x.ts:1 is on no floor (utils): ${down}`,
    ])
  })
})

describe('own folder', () => {
  const rule = "an import must not reach into another package's files; use the package's name"

  test.each(['src', 'dist'])('no relative import into the %s of another package', (folder) => {
    const tree = { 'packages/ipc/src/x.ts': `import '../../core/${folder}/index.ts'\n` }
    expect(violationsWith(tree)).toEqual([
      `packages/ipc/src/x.ts:1 imports ../../core/${folder}/index.ts (packages/core/${folder}/index.ts): ${rule}`,
    ])
  })

  test('holds for apps and for a folder whose name begins alike', () => {
    const tree = { 'apps/server/src/x.ts': "import '../../server-two/y.ts'\n" }
    expect(violationsWith(tree)).toEqual([
      `apps/server/src/x.ts:1 imports ../../server-two/y.ts (apps/server-two/y.ts): ${rule}`,
    ])
  })
})

describe('declared', () => {
  test('what ships must be in dependencies, a subpath is the same package', () => {
    const tree = {
      'packages/mosec/src/x.ts': "import 'hono/cors'\nimport { z } from 'zod/v4'\nimport '@a/b/c'\n",
    }
    expect(violationsWith(tree)).toEqual([
      'packages/mosec/src/x.ts:2 imports zod/v4: zod is not in the dependencies of its package.json',
      'packages/mosec/src/x.ts:3 imports @a/b/c: @a/b is not in the dependencies of its package.json',
    ])
  })

  test("a root's development dependency serves tests, not what ships", () => {
    const tree = {
      'apps/server/src/x.ts': "import 'fast-check'\n",
      'apps/server/src/x.test.ts': "import 'fast-check'\n",
    }
    expect(violationsWith(tree)).toEqual([
      'apps/server/src/x.ts:1 imports fast-check: fast-check is not in the dependencies of its package.json',
    ])
  })

  test('a testing folder ships when the package exports it', () => {
    const code = { 'packages/mosec/src/testing/x.ts': "import 'vitest'\n" }
    expect(violationsWith(code)).toEqual([])
    const manifest = {
      name: 'mosec',
      dependencies: { '@mosec/ipc': '1', hono: '1' },
      exports: { './testing': {} },
    }
    expect(violationsWith({ ...code, 'packages/mosec/package.json': manifest })).toEqual([
      'packages/mosec/src/testing/x.ts:1 imports vitest: vitest is not in the dependencies of its package.json',
    ])
  })

  test('a test needs a declaration too', () => {
    expect(violationsWith({ 'packages/ipc/src/x.test.ts': "import 'left-pad'\n" })).toEqual([
      'packages/ipc/src/x.test.ts:1 imports left-pad: left-pad is not in its package.json',
    ])
  })
})

describe('surroundings', () => {
  const rule = 'flags, environment, signals and console only in mosec, apps, examples and benchmarks'

  test.each([
    ['process.exit(1)', 'process.exit'],
    ['export const a = process.argv', 'process.argv'],
    ["export const e = process.env['X']", 'process.env.X'],
    ['const { env } = process', 'process.env'],
    ['console.error(1)', 'console.error'],
    ['globalThis.console.error(1)', 'console.error'],
    ["process.once('SIGTERM', () => {})", 'process.once SIGTERM'],
  ])('a library must not use %s', (code, name) => {
    expect(violationsWith({ 'packages/ipc/src/x.ts': `${code}\n` })).toEqual([
      `packages/ipc/src/x.ts:1 uses ${name}: ${rule}`,
    ])
  })

  test('a library must not import the same by module', () => {
    expect(violationsWith({ 'packages/ipc/src/x.ts': "import { env } from 'node:process'\n" })).toEqual([
      `packages/ipc/src/x.ts:1 imports node:process: ${rule}`,
    ])
  })

  test('what is no signal and no environment is free', () => {
    const code = "process.on('disconnect', () => {})\nexport const p = [process.pid, process.execPath]\n"
    expect(violationsWith({ 'packages/ipc/src/x.ts': code })).toEqual([])
  })
})

test('a file that does not parse is named', () => {
  const tree = { 'packages/ipc/src/x.ts': 'export const = 1\n' }
  expect(() => violationsWith(tree)).toThrow('packages/ipc/src/x.ts does not parse')
  expect(violationsOf(cleanTree)).toEqual([])
})
