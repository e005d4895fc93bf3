/** Which protocol does a new connection speak? HTTP/2 with prior knowledge begins with `PRI * HTTP/2.0`. */

import type { Socket } from 'node:net'
import type { Clock } from '@mosec/core'

/** What a connection turned out to be; exactly one of them is called, or none when the client leaves. */
export interface ProtocolChoice {
  readonly http1: (socket: Socket) => void
  readonly http2: (socket: Socket) => void
  /** Nothing that tells came in time. */
  readonly silent: (socket: Socket) => void
}

/** No method of HTTP/1 begins so (RFC 9113, section 3.4); the HTTP/2 server checks the rest. */
const PREFACE_START = Buffer.from('PRI')

/** Looks at the first bytes, puts them back, and hands the socket over: once per connection, not per request. */
export function chooseProtocol(
  socket: Socket,
  { clock, waitMs }: { readonly clock: Clock; readonly waitMs: number },
  choice: ProtocolChoice,
): void {
  let seen: Buffer | undefined

  function onReadable(): void {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    seen = seen === undefined ? chunk : Buffer.concat([seen, chunk])
    const isHttp2 = beginsHttp2(seen)
    if (isHttp2 === undefined) return
    stop()
    socket.unshift(seen)
    if (isHttp2) choice.http2(socket)
    else choice.http1(socket)
  }

  function onTimeout(): void {
    stop()
    choice.silent(socket)
  }

  function leave(): void {
    stop()
    socket.destroy()
  }

  function stop(): void {
    timer.cancel()
    socket.removeListener('readable', onReadable)
    socket.removeListener('end', leave)
    socket.removeListener('close', stop)
  }

  const timer = clock.after(waitMs, onTimeout)
  // A socket without a listener for its errors ends the process.
  socket.on('error', () => {})
  socket.on('readable', onReadable)
  socket.on('end', leave)
  socket.on('close', stop)
}

/** Undefined while it can be both. */
function beginsHttp2(bytes: Buffer): boolean | undefined {
  const length = Math.min(bytes.length, PREFACE_START.length)
  const isSame = PREFACE_START.compare(bytes, 0, length, 0, length) === 0
  if (!isSame) return false
  return length === PREFACE_START.length ? true : undefined
}
