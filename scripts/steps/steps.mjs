/** Numbered steps with their seconds; what a step prints is shown only when it fails. */

import { runChild } from './child.mjs'
import { toolEnvironment } from './environment.mjs'
import { root } from './pnpm.mjs'

/**
 * One thing to do.
 * @typedef {object} Step
 * @property {string} title what is done, for people
 * @property {readonly [string, ...string[]]} command
 * @property {string} [cwd] the repository's root when left out
 */

/**
 * Runs steps one after the other and stops at the first that fails.
 * @param {readonly Step[]} steps
 * @param {number} total the number printed as the last one, when more follows
 * @returns {Promise<number>} 0, or the exit code of the step that failed.
 */
export async function runSteps(steps, total = steps.length) {
  for (const [index, step] of steps.entries()) {
    const code = await runStep(`[${index + 1}/${total}] ${step.title}`, step)
    if (code !== 0) return code
  }
  return 0
}

/**
 * @param {string} title
 * @param {Step} step
 * @returns {Promise<number>}
 */
async function runStep(title, { command, cwd = root }) {
  process.stdout.write(`${title} ... `)
  const startMs = performance.now()
  /** @type {Buffer[]} */
  const output = []
  const code = await runChild(
    command,
    { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: toolEnvironment() },
    (child) => {
      child.stdout?.on('data', (chunk) => output.push(chunk))
      child.stderr?.on('data', (chunk) => output.push(chunk))
    },
  )
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  process.stdout.write(code === 0 ? `${seconds} s\n` : `failed after ${seconds} s\n\n`)
  if (code !== 0) showFailure(command, code, Buffer.concat(output).toString())
  return code
}

/**
 * @param {Step['command']} command
 * @param {number} code
 * @param {string} output
 */
function showFailure(command, code, output) {
  process.stderr.write(`${output.trimEnd()}\n\n`)
  process.stderr.write(`This command ended with code ${code}: ${command.join(' ')}\n`)
}
