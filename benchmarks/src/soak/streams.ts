/** Many open streams of events. */

import { type ClientRequest, request } from 'node:http'

/** Streams that are open and have got their first event. */
export interface OpenStreams {
  /** Events that came so far. */
  readonly events: () => number
  /** Streams that ended by themselves. */
  readonly ended: () => number
  /** Leaves all of them. */
  close(): void
}

/** Opens them and waits for the first event of each. */
export async function openStreams(url: string, count: number): Promise<OpenStreams> {
  const requests: ClientRequest[] = []
  let events = 0
  let ended = 0
  const first = Array.from({ length: count }, () => {
    return new Promise<void>((resolve, reject) => {
      const sent = request(`${url}/ticks`, { method: 'POST', agent: false }, (response) => {
        response.on('data', () => {
          events++
          resolve()
        })
        response.on('close', () => {
          ended++
          reject(new Error(`a stream ended with ${response.statusCode} before its first event`))
        })
      })
      sent.on('error', reject)
      sent.end('{}')
      requests.push(sent)
    })
  })
  await Promise.all(first)
  return {
    events: () => events,
    ended: () => ended,
    close() {
      for (const sent of requests) sent.destroy()
    },
  }
}
