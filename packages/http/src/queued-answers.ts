/** Tells pipelined answers that their connection is gone. */

import type { Socket } from 'node:net'
import type { NodeRequest, NodeResponse } from './node-messages.ts'

/**
 * A second request on a connection whose first is not answered has no socket yet, and node (20 to 24) never tells its
 * response that the connection closed. This does, by the event that a response with a socket gets.
 */
export class QueuedAnswers {
  readonly #bySocket = new WeakMap<Socket, Set<NodeResponse>>()

  /** For a response whose `socket` is null. */
  watch(request: NodeRequest, response: NodeResponse): void {
    const queued = this.#bySocket.get(request.socket) ?? this.#start(request.socket)
    queued.add(response)
    response.once('close', () => queued.delete(response))
  }

  #start(socket: Socket): Set<NodeResponse> {
    const queued = new Set<NodeResponse>()
    this.#bySocket.set(socket, queued)
    socket.once('close', () => {
      for (const response of queued) if (response.socket === null) response.emit('close')
    })
    return queued
  }
}
