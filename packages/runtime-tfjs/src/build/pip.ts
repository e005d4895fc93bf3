/** A pip to install with: the machine's own, or that of a virtual environment made for it. */

import { join } from 'node:path'
import { BuildError } from './build-error.ts'
import { lastLines, runCommand } from './run-command.ts'

/** A command and its first arguments. */
export type Pip = readonly [command: string, ...args: string[]]

const timeoutMs = 120_000

/**
 * Finds `python3 -m pip`, and where Python comes without it (Debian's) makes a virtual environment in the cache folder.
 * @throws BuildError when there is neither.
 */
export async function findPip(cacheFolder: string, python = 'python3'): Promise<Pip> {
  const own: Pip = [python, '-m', 'pip']
  if (await works(own)) return own
  const environment = join(cacheFolder, 'python')
  const inside: Pip = [join(environment, 'bin', 'python3'), '-m', 'pip']
  if (await works(inside)) return inside
  const made = await runCommand(python, ['-m', 'venv', environment], { timeoutMs })
  if (made.code === 0 && (await works(inside))) return inside
  throw new BuildError(
    `there is no pip, and ${python} cannot make a virtual environment: ${lastLines(made.output, 6)}`,
    'apt-get install python3-venv (or python3-pip); or name an installed TensorFlow: --tensorflow-folder <folder>',
  )
}

async function works([command, ...args]: Pip): Promise<boolean> {
  return (await runCommand(command, [...args, '--version'], { timeoutMs })).code === 0
}
