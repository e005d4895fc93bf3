/** The control of a replica that is a thread, over the port that Node opens with it. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Logger } from '@mosec/core'
import { controlLogger } from './control-logger.ts'
import { parseParentMessage } from './control-messages.ts'
import type { ReplicaControl } from './replica-control.ts'

/** The transport's port in a replica that is a thread; undefined elsewhere. */
export function replicaDoor(): MessagePort | undefined {
  const data: unknown = workerData
  if (typeof data !== 'object' || data === null || !('mosecDoor' in data)) return undefined
  return data.mosecDoor as MessagePort | undefined
}

/** Control over `parentPort`. A message that is none of ours is ignored, with a debug line. */
export function threadControl(port: MessagePort | null = parentPort, ownLogger?: Logger): ReplicaControl {
  const control: ReplicaControl = {
    send: (message) => port?.postMessage(message),
    open(events) {
      if (port === null) {
        events.closed('this is no thread of a server')
        return
      }
      port.on('message', (value: unknown) => {
        const message = parseParentMessage(value)
        if (message === undefined) logger.debug('ignored an unknown control message')
        else events.message(message)
      })
    },
    // Posted is delivered, also when the thread ends.
    async close() {
      port?.removeAllListeners('message')
    },
  }
  const logger = ownLogger ?? controlLogger(control, 'debug')
  return control
}
