/** Has the client left? From node's response where there is one, else from the web request's signal. */

import type { Context } from 'hono'
import type { FaceEnv } from './face-env.ts'
import { hasLeft, wasCompleted } from './node-messages.ts'

/** Of one request. */
export interface Departure {
  hasLeft(): boolean
  /** Calls back once when the client leaves before its answer is complete. */
  onLeft(callback: () => void): void
}

/** A signal of a request that came through node is made when it is asked for, which costs more than the answer. */
export function departureOf(hono: Context<FaceEnv>): Departure {
  const { incoming, outgoing } = hono.env ?? {}
  if (incoming === undefined || outgoing === undefined) return departureOfSignal(hono.req.raw.signal)
  return {
    hasLeft: () => hasLeft(incoming),
    onLeft(callback) {
      outgoing.once('close', () => {
        if (!wasCompleted(outgoing)) callback()
      })
    },
  }
}

function departureOfSignal(signal: AbortSignal): Departure {
  return {
    hasLeft: () => signal.aborted,
    onLeft: (callback) => signal.addEventListener('abort', callback, { once: true }),
  }
}
