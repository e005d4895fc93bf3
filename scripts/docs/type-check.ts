/** Compiles code blocks as a user would: as modules of a project that has every package installed. */

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { CodeBlock } from './code-blocks.ts'
import { repositoryRoot } from './documents.ts'

/** A block and the document it stands in. */
export interface LocatedBlock extends CodeBlock {
  /** From the repository's root. */
  readonly path: string
}

const cache = join(repositoryRoot, 'node_modules', '.cache')

/** What the compiler says, one line an error, with the document's path and line numbers. */
export function typeErrors(blocks: readonly LocatedBlock[]): string[] {
  if (blocks.length === 0) return []
  mkdirSync(cache, { recursive: true })
  const project = mkdtempSync(join(cache, 'code-blocks-'))
  try {
    writeProject(project)
    linkPackages(project)
    for (const block of blocks) writeBlock(project, block)
    return compile(project)
  } finally {
    rmSync(project, { recursive: true })
  }
}

function compile(project: string): string[] {
  const tsc = join(repositoryRoot, 'node_modules', '.bin', 'tsc')
  const { stdout } = spawnSync(tsc, ['-p', project, '--pretty', 'false'], { cwd: project, encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line !== '')
}

function writeProject(project: string): void {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(repositoryRoot, 'node_modules', '@types')],
    module: 'nodenext',
    moduleDetection: 'force',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
}

/**
 * Empty lines before the code make the compiler's line numbers those of the document. A block whose info string is a
 * file's name (```ts floats.ts) can be imported by that name, too.
 */
function writeBlock(project: string, { path, line, code, info }: LocatedBlock): void {
  if (/^[\w.-]+\.ts$/.test(info)) writeFileSync(join(project, info), code)
  const name = `${path.replaceAll('/', '!')}!${line}.ts`
  writeFileSync(join(project, name), '\n'.repeat(line - 1) + code)
}

/** Our own packages by name, and whatever they depend on. */
function linkPackages(project: string): void {
  for (const group of ['packages', 'apps', 'examples']) {
    for (const name of folders(join(repositoryRoot, group)))
      linkMember(project, join(repositoryRoot, group, name))
  }
}

function linkMember(project: string, folder: string): void {
  const { name, dependencies, devDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  link(project, String(name), folder)
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    link(project, dependency, join(folder, 'node_modules', dependency))
  }
}

function link(project: string, name: string, target: string): void {
  const path = join(project, 'node_modules', name)
  if (existsSync(path) || !existsSync(target)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(target), path)
}

function folders(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path).filter((name) => existsSync(join(path, name, 'package.json')))
}
