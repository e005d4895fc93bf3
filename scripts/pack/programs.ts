/** The programs that a stranger writes first. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeBlocks } from '../docs/code-blocks.ts'
import { root } from '../steps/pnpm.mjs'

/**
 * The README's first program.
 * @throws Error when no TypeScript block of README.md runs a server.
 */
export function readmeProgram(): string {
  const blocks = codeBlocks(readFileSync(join(root, 'README.md'), 'utf8'))
  const first = blocks.find(({ language }) => language === 'ts')
  if (first?.code.includes('server.run(')) return first.code
  throw new Error('the first ts block of README.md must be a whole program with server.run()')
}

/** A worker named by its module. */
export const moduleProgram = `
import { Server } from 'mosec'

const server = new Server()
server.appendWorker(new URL('./square.js', import.meta.url), { replicas: 2, maxBatchSize: 16 })
await server.run()
`

/** The module that the other one names. */
export const squareModule = `
import { BatchWorker } from 'mosec'

export default class Square extends BatchWorker<{ x: number }, { x: number }> {
  override example = [{ x: 1 }]
  override forward(batch: { x: number }[]) { return batch.map(({ x }) => ({ x: x * x })) }
}
`

/** Imports each entry, for the compiler. */
export function importAll(entries: readonly string[]): string {
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'`)
  return `${imports.join('\n')}\nexport const all = [${entries.map((_, index) => `entry${index}`)}]\n`
}
