/** The replica's end of its connection when it is a thread: batches in, replies out. */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { type Channel, StartError } from '@mosec/core'
import { PortEnd } from './port-end.ts'
import { SharedLender } from './shared-lender.ts'
import { readBatch, writeReplies } from './thread-messages.ts'

/**
 * Connects a replica to its parent. The parent takes it as ready from then on, so warm up first.
 * @param door as the listener of the parent had it.
 * @throws StartError when nobody listens behind it.
 */
export async function connectThread(door: MessagePort): Promise<Channel> {
  const { port1: own, port2: theirs } = new MessageChannel()
  const welcomed = welcome(door, own)
  door.postMessage(theirs, [theirs])
  await welcomed
  const lender = new SharedLender()
  // Given away: nobody looks at a result again.
  const end = new PortEnd(own, { how: 'moved', isShared: (bytes) => lender.sends(bytes) })
  return {
    open: (events) =>
      end.open({
        parcel: (parcel) => {
          while (!parcel.isAtEnd && !end.isEnding) {
            const { items, budgetMs, returned } = readBatch(parcel)
            lender.returned(returned)
            events.batch(items, budgetMs)
          }
        },
        closed: (reason) => events.closed(reason),
      }),
    reply: (replies) => {
      if (replies.length > 0) end.post((parcel) => writeReplies(parcel, replies))
    },
    lend: (lengthBytes) => lender.lend(lengthBytes),
    close: () => end.close(),
  }
}

/** The parent answers through the door; behind a closed one our port is lost, and its other end says so. */
function welcome(door: MessagePort, own: MessagePort): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new StartError('cannot reach the parent: nobody listens behind the door'))
    own.once('close', lost)
    door.once('message', () => {
      own.off('close', lost)
      door.unref()
      resolve()
    })
  })
}
