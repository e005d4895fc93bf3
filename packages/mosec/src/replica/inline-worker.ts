/** What a worker must heed that runs in the server's own process: it must not keep the event loop. */

import { type AnyWorker, ConfigurationError, type ForwardContext } from '@mosec/core'

/** Everybody else waits as long as a call does not give the event loop back; beyond this it is told, in milliseconds. */
const LONG_MS = 100

/** @throws ConfigurationError for a worker that says itself that it would hold up everybody. */
export function refuseBlocking(worker: AnyWorker): void {
  if (worker.blocksEventLoop !== true) return
  throw new ConfigurationError(
    `${worker.constructor.name} blocks the event loop while it computes, and with isolation 'inline' that is the server's own: ` +
      "choose 'process' or 'thread', or set blocksEventLoop = false in the class to have it all the same",
  )
}

/** Warns once when a call has kept the event loop for long. */
export function tellOfLongCalls(worker: AnyWorker): void {
  const forward = worker.forward.bind(worker) as (input: unknown, context: ForwardContext) => unknown
  let isTold = false
  const timed = (input: unknown, context: ForwardContext): unknown => {
    const startedMs = performance.now()
    try {
      return forward(input, context)
    } finally {
      const tookMs = performance.now() - startedMs
      if (tookMs > LONG_MS && !isTold) {
        isTold = true
        context.logger.warning(longCall(worker.constructor.name, tookMs))
      }
    }
  }
  Object.defineProperty(worker, 'forward', { value: timed, writable: true, configurable: true })
}

const longCall = (worker: string, tookMs: number): string =>
  `${worker}.forward kept the server's event loop for ${Math.round(tookMs)} ms, and nobody was answered meanwhile: ` +
  "such a worker wants isolation 'process' or 'thread'; said once"
