/** Whether a built tfjs-node computes, found out in a process of its own. */

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TfjsNodePackage } from './find-addon.ts'
import { lastLines } from './run-command.ts'

/** A tfjs-node that computes a product and a convolution as plain JavaScript does. */
export interface VerifiedAddon {
  /** TensorFlow's own. */
  readonly tensorflowVersion: string
  readonly isUsingGpu: boolean
  /** Median of a product of two 256x256 matrices, read back. */
  readonly productMs: number
}

/** What the other process is asked. */
export interface VerifyTask {
  readonly packageName: TfjsNodePackage
  readonly projectFolder: string
}

/** What the other process finds. */
export type Verdict = { readonly verified: VerifiedAddon } | { readonly reason: string }

/** Loading CUDA for the first time compiles kernels. */
const TIMEOUT_MS = 300_000
const PROGRAM = fileURLToPath(new URL('./verify-main.js', import.meta.url))

/** Loads the package as a program in `projectFolder` would; a crash is a reason like any other. */
export function verifyAddon(task: VerifyTask): Promise<Verdict> {
  return new Promise((resolve) => {
    const child = fork(PROGRAM, [], { silent: true, timeout: TIMEOUT_MS })
    let output = ''
    let verdict: Verdict | undefined
    child.stdout?.resume()
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000)
    })
    // A child that could not be started says so by its own events.
    child.send(task, () => {})
    child.on('message', (message) => {
      verdict = asVerdict(message)
    })
    child.once('error', (error) => resolve({ reason: error.message }))
    child.once('close', (code, signal) => {
      const end = signal ?? `code ${code}`
      resolve(verdict ?? { reason: `the process that loaded it ended with ${end}: ${lastLines(output)}` })
    })
  })
}

function asVerdict(message: unknown): Verdict {
  // Both ends are of one version, in one folder.
  return message as Verdict
}
