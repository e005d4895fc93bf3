/** The parent's end of a replica's socket: batches out, replies in. */

import type { Socket } from 'node:net'
import type { BlockPool, Link, Reply } from '@mosec/core'
import type { ReceivedItem } from './frame-decoder.ts'
import { type FrameChecks, FramedSocket } from './framed-socket.ts'
import type { Intake } from './intake.ts'
import type { RingEnds } from './ring/ring-pair.ts'
import { flagOfBudget, statusOf } from './status.ts'

/** How a link reads. */
export interface LinkOptions {
  readonly checks: FrameChecks
  /** As in `FramedSocket.open`. */
  readonly pool: BlockPool<ArrayBuffer>
  readonly intake?: Intake
  /** As in `FramedParts`. */
  readonly rings?: RingEnds | undefined
}

/** A link over a connected socket, which it owns from now on. */
export function unixLink(socket: Socket, options: LinkOptions): Link {
  const framed = new FramedSocket(
    socket,
    { ...options.checks, checkFlag: statusOf },
    { intake: options.intake, rings: options.rings },
  )
  return {
    copiesBytes: true,
    open: (events) =>
      framed.open(
        {
          frame: (flag, items) => events.replied(repliesOf(flag, items)),
          closed: (reason) => events.closed(reason),
        },
        options.pool,
      ),
    send: (batch, budgetMs) => framed.append(flagOfBudget(budgetMs), batch),
    close: () => framed.close(),
  }
}

/** Spelt out for the common case: spreading the status costs 1 us a reply, this 0.05. */
function repliesOf(flag: number, items: readonly ReceivedItem[]): Reply[] {
  const status = statusOf(flag)
  const { code } = status
  return status.isEvent === undefined && status.httpStatus === undefined
    ? items.map(({ id, bytes, release }) =>
        release === undefined ? { id, code, bytes } : { id, code, bytes, release },
      )
    : items.map(({ id, bytes }) => ({ ...status, id, bytes }))
}
