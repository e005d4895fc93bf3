/** The two ends of the control of a replica within its parent's process. */

import type { ParentMessage, ReplicaMessage } from './control-messages.ts'
import type { ReplicaControl, ReplicaControlEvents } from './replica-control.ts'

/** A control and the parent's hand on it. */
export interface InlineControl {
  readonly control: ReplicaControl
  /** Takes a message to the replica; one that comes early is kept. */
  readonly tell: (message: ParentMessage) => void
  /** The parent has given the replica up: it is told so, and is not heard any more. */
  readonly giveUp: () => void
}

/** Makes one. @param received is told what the replica says. */
export function inlineControl(received: (message: ReplicaMessage) => void): InlineControl {
  let events: ReplicaControlEvents | undefined
  let isGivenUp = false
  const early: ParentMessage[] = []
  return {
    control: {
      send(message) {
        if (!isGivenUp) received(message)
      },
      open(opened) {
        events = opened
        for (const message of early.splice(0)) opened.message(message)
        if (isGivenUp) opened.closed('the replica was given up')
      },
      async close() {
        events = undefined
      },
    },
    tell(message) {
      if (isGivenUp) return
      if (events === undefined) early.push(message)
      else events.message(message)
    },
    giveUp() {
      if (isGivenUp) return
      isGivenUp = true
      events?.closed('the replica was given up')
    },
  }
}
