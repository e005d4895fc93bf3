/** Test bench: a small workspace in a temporary folder, to see what the layer check says of it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checkWorkspace } from './check-workspace.ts'
import { formatViolation } from './violation.ts'
import { readWorkspace } from './workspace.ts'

/** Text by path; an object is written as JSON. */
export type Tree = Readonly<Record<string, string | object>>

/** A tree that keeps every rule; tests lay a broken file over it. */
export const cleanTree: Tree = {
  'package.json': { name: 'root', devDependencies: { vitest: '1', 'fast-check': '1' } },
  'packages/core/package.json': { name: '@mosec/core', exports: { '.': {}, './testing': {} } },
  'packages/core/src/index.ts': "export * from './scheduler/scheduler.ts'\n",
  'packages/core/src/contract/clock.ts': 'export const now = (): number => performance.now()\n',
  'packages/core/src/queue/queue.ts': "import { now } from '../contract/clock.ts'\nexport const q = now\n",
  'packages/core/src/queue/queue.test.ts': [
    "import { test } from 'vitest'",
    "import { fake } from '../testing/fake.ts'",
    'setTimeout(() => test(String(fake), () => {}), 1)',
  ].join('\n'),
  'packages/core/src/scheduler/scheduler.ts': "import '../queue/queue.ts'\nexport const s = 1\n",
  'packages/core/src/testing/fake.ts': "import '../scheduler/scheduler.ts'\nexport const fake = 1\n",
  'packages/ipc/package.json': { name: '@mosec/ipc', dependencies: { '@mosec/core': '1' } },
  'packages/ipc/src/index.ts': [
    "import { createServer } from 'node:net'",
    "import type { Task } from '@mosec/core'",
    "export { frame } from './frame.ts'",
    'export const listen = (task: Task) => [createServer(), task, setTimeout]',
  ].join('\n'),
  'packages/ipc/src/frame.ts': 'export const frame = 1\n',
  'packages/ipc/test/real.test.ts': "import '@mosec/core/testing'\nconsole.log(process.env['CI'])\n",
  'packages/mosec/package.json': {
    name: 'mosec',
    dependencies: { '@mosec/core': '1', '@mosec/ipc': '1', hono: '1' },
  },
  'packages/mosec/src/index.ts':
    "import '@mosec/ipc'\nimport 'hono'\nprocess.exit(Number(process.argv[2]))\n",
  'apps/server/package.json': { name: '@mosec/server', dependencies: { mosec: '1', '@mosec/ipc': '1' } },
  'apps/server/src/main.ts': "import 'mosec'\nawait import('@mosec/ipc')\nconsole.log('ready')\n",
}

/** What the check prints for a tree. */
export function violationsOf(tree: Tree): string[] {
  const root = mkdtempSync(join(tmpdir(), 'mosec-layers-'))
  try {
    writeTree(root, tree)
    return checkWorkspace(readWorkspace(root)).map(formatViolation)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** What the check prints for the clean tree with some files laid over it. */
export function violationsWith(files: Tree): string[] {
  return violationsOf({ ...cleanTree, ...files })
}

function writeTree(root: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
}
