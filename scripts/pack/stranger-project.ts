/** An empty project outside the workspace, with our tarballs installed by plain npm. */

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../steps/pnpm.mjs'

/** Other people's declarations are not ours to judge. */
const FOREIGN = /^[^(]*node_modules\/(?!(@mosec|mosec)\/)/

/**
 * Makes the project and installs into it.
 * @param folder that exists and is empty.
 * @param tarballs of our packages.
 * @param tools names of packages of the root whose version is taken as it is here.
 */
export function installProject(folder: string, tarballs: readonly string[], tools: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const packages = [...tarballs, ...tools.map((name) => `${name}@${versionOf(name)}`)]
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  execFileSync('npm', ['install', ...options, ...packages], { cwd: folder, stdio: 'pipe' })
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
}

/**
 * Adds optional peers, which users choose and install themselves. They are large, so this checkout's copies serve.
 * @param packages of ours that are installed in the project.
 */
export function linkPeers(folder: string, packages: readonly string[]): void {
  for (const name of packages) {
    const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
    for (const peer of Object.keys(JSON.parse(manifest).peerDependencies ?? {})) {
      const here = join(root, 'packages', name.replace('@mosec/', ''), 'node_modules', peer)
      const there = join(folder, 'node_modules', peer)
      if (existsSync(there) || !existsSync(here)) continue
      mkdirSync(dirname(there), { recursive: true })
      symlinkSync(realpathSync(here), there)
    }
  }
}

/**
 * Compiles the project's TypeScript into its folder `js`, as strictly as a careful user does.
 * @param libs of TypeScript besides the language's own: browsers' types, which many projects have by default.
 * @returns what the compiler says of the project and of our packages, one entry an error.
 */
export function compileProject(folder: string, libs: readonly string[] = []): string[] {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable', ...libs],
    types: ['node'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    rewriteRelativeImportExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    rootDir: '.',
    outDir: 'js',
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  mkdirSync(join(folder, 'js'), { recursive: true })
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { stdout } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
  return stdout.split(/\n(?! )/).filter((error) => error !== '' && !FOREIGN.test(error))
}
