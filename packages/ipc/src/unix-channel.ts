/** The replica's end of its socket: batches in, replies out. */

import { connect, type Socket } from 'node:net'
import { type Channel, ownBlocks, type Reply, StartError } from '@mosec/core'
import { FramedSocket } from './framed-socket.ts'
import { DirectIntake } from './intake.ts'
import { LargeInputs } from './large-inputs.ts'
import { Lender } from './lender.ts'
import { joinRings } from './ring/ring-pair.ts'
import { flagOf } from './status.ts'

/** How a replica connects. */
export interface ConnectOptions {
  /** Gives up when aborted. */
  readonly signal?: AbortSignal
  /** Longest payload taken from the parent, in bytes; 1 GiB unless set. */
  readonly maxPayloadBytes?: number
}

/**
 * Connects a replica to its parent. The parent takes it as ready from then on, so warm up first.
 * @param address as the listener of the parent gave it.
 * @throws StartError when nobody listens there, and the signal's reason when it is aborted first.
 */
export async function connectUnixSocket(address: string, options: ConnectOptions = {}): Promise<Channel> {
  const { signal, ...checks } = options
  signal?.throwIfAborted()
  const intake = new DirectIntake()
  // Before it connects: that tells the parent that they may be used.
  const rings = joinRings(address)
  const socket = connect({ path: address, onread: intake.onread }).pause()
  const lender = new Lender()
  const framed = new FramedSocket(socket, checks, {
    intake,
    rings,
    written: (part) => lender.returned(part),
  })
  await connected(socket, address, signal)
  return unixChannel(framed, lender)
}

function connected(socket: Socket, address: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      socket.destroy()
      reject(signal?.reason)
    }
    const onError = (cause: Error) => {
      signal?.removeEventListener('abort', onAbort)
      reject(new StartError(`cannot reach the parent at ${address}: ${cause.message}`, { cause }))
    }
    socket.once('error', onError)
    socket.once('connect', () => {
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function unixChannel(framed: FramedSocket, lender: Lender): Channel {
  const inputs = new LargeInputs()
  return {
    lend: (lengthBytes) => lender.lend(lengthBytes),
    open: (events) =>
      framed.open(
        {
          frame: (flag, items) => {
            if (events.forgetsBytes === true) inputs.came(items)
            events.batch(items, flag)
          },
          closed: (reason) => events.closed(reason),
        },
        events.forgetsBytes === true ? ownBlocks() : undefined,
      ),
    reply: (replies) => {
      inputs.answered(replies)
      for (const [flag, run] of runsOf(replies)) framed.append(flag, run)
    },
    close: () => framed.close(),
  }
}

/** A frame that holds as much is full: its answers go on to their clients while the next frame is still on its way. */
const FULL_FRAME_BYTES = 256 * 1024

/** A frame has one status, so neighbours of equal status share one; order is kept, events depend on it. */
function runsOf(replies: readonly Reply[]): [flag: number, run: Reply[]][] {
  const runs: [number, Reply[]][] = []
  let last: [number, Reply[]] | undefined
  let lengthBytes = 0
  for (const reply of replies) {
    const flag = flagOf(reply)
    if (last?.[0] !== flag || lengthBytes >= FULL_FRAME_BYTES) {
      last = [flag, []]
      lengthBytes = 0
      runs.push(last)
    }
    last[1].push(reply)
    lengthBytes += reply.bytes.length
  }
  return runs
}
