/** The workspace as the layer check sees it: its members, what they declare and what they import. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSource, type SourceFile } from './source-file.ts'

/** The parts of a package.json that the rules read. */
export interface Manifest {
  readonly name: string
  readonly dependencies: ReadonlySet<string>
  readonly peerDependencies: ReadonlySet<string>
  readonly optionalDependencies: ReadonlySet<string>
  readonly devDependencies: ReadonlySet<string>
  /** Keys of `exports`. */
  readonly exports: ReadonlySet<string>
  /** Line of each name that is declared, from 1. */
  readonly lines: ReadonlyMap<string, number>
}

/** Where a member stands in the star. */
export type MemberKind = 'core' | 'library' | 'composition'

/** One package, app, example or the benchmarks. */
export interface Member {
  /** From the workspace's root, with `/`: `packages/ipc`. */
  readonly folder: string
  readonly kind: MemberKind
  readonly manifest: Manifest
  readonly files: readonly SourceFile[]
}

/** All of it. */
export interface Workspace {
  readonly members: readonly Member[]
  /** What the root declares for development: tests of every member may use it. */
  readonly rootDevDependencies: ReadonlySet<string>
}

const GROUPS = ['packages', 'apps', 'examples']
const SINGLES = ['benchmarks']
const SOURCE = /\.[cm]?[jt]sx?$/
const SKIPPED = new Set(['dist', 'node_modules', 'coverage'])

/**
 * Reads a workspace from disk.
 * @param root its folder.
 * @throws Error when a manifest or a source file does not parse; the message names the file.
 */
export function readWorkspace(root: string): Workspace {
  const grouped = GROUPS.flatMap((group) => folders(join(root, group)).map((name) => `${group}/${name}`))
  const members = [...grouped, ...SINGLES]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readMember(root, folder))
  return { members, rootDevDependencies: readManifest(root, 'package.json').devDependencies }
}

function readMember(root: string, folder: string): Member {
  const manifest = readManifest(root, `${folder}/package.json`)
  const files = sourcePaths(root, folder).map((path) =>
    parseSource(path, readFileSync(join(root, path), 'utf8'), isTestPath(path, folder, manifest)),
  )
  return { folder, kind: kindOf(folder, manifest.name), manifest, files }
}

/** Nobody installs these. A `testing` folder is for our own tests unless the package exports it. */
function isTestPath(path: string, folder: string, manifest: Manifest): boolean {
  if (/\.(test|test-d|bench)\.[cm]?[jt]sx?$/.test(path) || /\/(test|fixtures|bench)\//.test(path)) return true
  return path.startsWith(`${folder}/src/testing/`) && !manifest.exports.has('./testing')
}

function kindOf(folder: string, name: string): MemberKind {
  if (name === '@mosec/core') return 'core'
  return folder.startsWith('packages/') && name !== 'mosec' ? 'library' : 'composition'
}

type RawManifest = { readonly name?: string } & {
  readonly [section: string]: Readonly<Record<string, string>> | undefined
}

function readManifest(root: string, path: string): Manifest {
  const text = readFileSync(join(root, path), 'utf8')
  const raw = parseJson(path, text)
  const section = (name: string): ReadonlySet<string> => new Set(Object.keys(raw[name] ?? {}))
  return {
    name: raw.name ?? path,
    dependencies: section('dependencies'),
    peerDependencies: section('peerDependencies'),
    optionalDependencies: section('optionalDependencies'),
    devDependencies: section('devDependencies'),
    exports: section('exports'),
    lines: linesOfKeys(text),
  }
}

function parseJson(path: string, text: string): RawManifest {
  try {
    return JSON.parse(text) as RawManifest
  } catch (cause) {
    throw new Error(`${path} is no JSON`, { cause })
  }
}

function linesOfKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  text.split('\n').forEach((line, index) => {
    const key = /^\s*"([^"]+)":/.exec(line)?.[1]
    if (key !== undefined) lines.set(key, index + 1)
  })
  return lines
}

function folders(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

function sourcePaths(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return isSkipped(entry.name) ? [] : sourcePaths(root, path)
    return SOURCE.test(entry.name) ? [path] : []
  })
}

function isSkipped(name: string): boolean {
  return SKIPPED.has(name) || name.startsWith('.')
}
