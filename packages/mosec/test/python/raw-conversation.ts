/** Speaks with a Python replica over its bare socket, and keeps every byte that it answers. */

import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type ReplicaOrder, silentLogger, systemClock } from '@mosec/core'
import { encodeFrame } from '@mosec/ipc'
import type { PythonStage } from '@mosec/python'
import { tempFolder } from '../temp-folder.ts'

/** The frames of one answer have the same ids as the frame that was sent. */
export interface Exchange {
  readonly sent: Uint8Array
  readonly answered: Uint8Array
}

/** What is sent, one frame each: payloads, and how many frames answer them. */
export interface Turn {
  readonly payloads: readonly Uint8Array[]
  readonly frames: number
}

/** Starts one replica, takes the turns one after the other, and ends it. */
export async function converse(stage: PythonStage, turns: readonly Turn[]): Promise<Exchange[]> {
  await using temp = await tempFolder()
  const address = join(temp.path, 'raw.sock')
  const server = createServer().listen(address)
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const replica = stage.worker.launch(orderFor(stage, address), {
    clock: systemClock,
    logger: silentLogger,
    received: () => {},
  })
  try {
    const socket = await Promise.race([
      connected,
      replica.exited.then((how) => Promise.reject(new Error(how))),
    ])
    const exchanges: Exchange[] = []
    for (const turn of turns) exchanges.push(await take(socket, turn))
    socket.destroy()
    return exchanges
  } finally {
    replica.kill()
    await replica.exited
    server.close()
  }
}

async function take(socket: Socket, { payloads, frames }: Turn): Promise<Exchange> {
  const sent = encodeFrame(
    0,
    payloads.map((bytes, index) => ({ id: index + 1, state: 0, bytes })),
  )
  socket.write(sent)
  let answered = Buffer.alloc(0)
  while (framesIn(answered) < frames) {
    const chunk: unknown = socket.read()
    if (chunk instanceof Uint8Array) answered = Buffer.concat([answered, chunk])
    else await setImmediate()
  }
  return { sent, answered }
}

/** Whole frames. */
function framesIn(bytes: Buffer): number {
  let at = 0
  for (let frames = 0; ; frames++) {
    if (at + 4 > bytes.length) return frames
    const count = bytes.readUInt16BE(at + 2)
    at += 4
    for (let item = 0; item < count; item++) {
      if (at + 10 > bytes.length) return frames
      at += 10 + bytes.readUInt32BE(at + 6)
    }
    if (at > bytes.length) return frames
  }
}

function orderFor({ options }: PythonStage, address: string): ReplicaOrder {
  return {
    stage: options.name ?? 'raw',
    replica: 1,
    address,
    maxBatchSize: options.maxBatchSize ?? 1,
    timeoutMs: Number.POSITIVE_INFINITY,
    env: process.env,
    logLevel: 'error',
    onBatchError: 'isolate',
    readsCommonForm: true,
    writesCommonForm: true,
    isAtBorder: true,
    isDryRun: false,
  }
}
