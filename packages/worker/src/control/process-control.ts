/** The control over the channel that `child_process.fork` opens. */

import type { Logger } from '@mosec/core'
import { controlLogger } from './control-logger.ts'
import { parseParentMessage } from './control-messages.ts'
import type { ReplicaControl, ReplicaControlEvents } from './replica-control.ts'

/** The part of `process` that it needs; a test passes its own. */
export interface ControlProcess {
  readonly connected: boolean
  readonly send?: ((message: unknown, callback: (error: Error | null) => void) => boolean) | undefined
  readonly disconnect?: (() => void) | undefined
  on(event: 'message' | 'disconnect', listener: (message?: unknown) => void): unknown
  off(event: 'message' | 'disconnect', listener: (message?: unknown) => void): unknown
}

/** Control over `process.send` and its events. A message that is none of ours is ignored, with a debug line. */
export function processControl(
  channel: ControlProcess = process as ControlProcess,
  ownLogger?: Logger,
): ReplicaControl {
  let events: ReplicaControlEvents | undefined
  let unsent = 0
  let onFlushed: (() => void) | undefined

  const onMessage = (value?: unknown): void => {
    const message = parseParentMessage(value)
    if (message === undefined) logger.debug('ignored an unknown control message')
    else events?.message(message)
  }
  const onDisconnect = (): void => {
    const told = events
    stop()
    told?.closed('the parent process is gone')
  }
  const stop = (): void => {
    events = undefined
    channel.off('message', onMessage)
    channel.off('disconnect', onDisconnect)
  }
  const sent = (): void => {
    unsent -= 1
    if (unsent === 0) onFlushed?.()
  }

  const control: ReplicaControl = {
    send(message) {
      if (!channel.connected || channel.send === undefined) return
      unsent += 1
      channel.send(message, sent)
    },
    open(newEvents) {
      if (!channel.connected) {
        newEvents.closed('the parent process is gone')
        return
      }
      events = newEvents
      channel.on('message', onMessage)
      channel.on('disconnect', onDisconnect)
    },
    async close() {
      stop()
      if (unsent > 0 && channel.connected) {
        await new Promise<void>((resolve) => {
          onFlushed = resolve
        })
      }
      if (channel.connected) channel.disconnect?.()
    },
  }
  const logger = ownLogger ?? controlLogger(control, 'debug')
  return control
}
