/** Runs a child to its end, and lets the signals that ask us to stop end the child first. */

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'

/**
 * Runs a command. While it runs, SIGTERM goes on to it; SIGINT does so only where no terminal has sent it already to
 * the whole group, since a server takes a second signal as "end at once".
 * @param {readonly [string, ...string[]]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @param {(child: import('node:child_process').ChildProcess) => void} [started]
 * @returns {Promise<number>} its exit code, 128 + n when signal n ended it, 127 when it could not be started.
 */
export async function runChild([file, ...args], options, started) {
  const isShared = hasTerminal()
  const interrupt = () => void (isShared || child.kill('SIGINT'))
  const terminate = () => void child.kill('SIGTERM')
  // First, since a signal right after the start would otherwise end us and leave the child.
  process.on('SIGINT', interrupt).on('SIGTERM', terminate)
  const child = spawn(file, args, options)
  started?.(child)
  try {
    return await exitCode(child)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', terminate)
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCode(child) {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}

/** Opening the controlling terminal works only in a process that has one. */
function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
