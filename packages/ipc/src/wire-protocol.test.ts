/** The worked example of docs/wire-protocol.md is what our ends write and read. */

import { readFileSync } from 'node:fs'
import { type BatchItem, packState } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { FrameDecoder } from './frame-decoder.ts'
import { encodeFrame } from './frame-encoder.ts'
import { flagOf, flagOfBudget, statusOf } from './status.ts'

const page = readFileSync(new URL('../../../docs/wire-protocol.md', import.meta.url), 'utf8')

/** The bytes of an example: the first word of each line, in hexadecimal. */
function example(name: string): Buffer {
  const [, body = ''] = new RegExp(`\`\`\`hex ${name}\n([^\`]*)\`\`\``).exec(page) ?? []
  return Buffer.from(body.replaceAll(/[ ].*$/gm, '').replaceAll('\n', ''), 'hex')
}

function decode(bytes: Uint8Array): { flag: number; items: readonly BatchItem[] }[] {
  const frames: { flag: number; items: readonly BatchItem[] }[] = []
  const decoder = new FrameDecoder({ onFrame: (flag, items) => frames.push({ flag, items }) })
  decoder.push(bytes)
  expect(decoder.isBetweenFrames).toBe(true)
  return frames
}

describe('the worked example', () => {
  const both = { isIngress: true, isEgress: true }
  const tasks = [
    {
      id: 42,
      state: packState({ ...both, requestCodec: 0, responseCodec: 0 }),
      bytes: Buffer.from('{"x":1}'),
    },
    { id: 43, state: packState({ ...both, requestCodec: 1, responseCodec: 1 }), bytes: new Uint8Array(0) },
  ]
  const notFound = { id: 43, code: 'http_error', httpStatus: 404, bytes: Buffer.from('no such id') } as const
  const done = { id: 42, code: 'ok', bytes: Buffer.from('{"y":1}') } as const

  it('of a batch is what we write', () => {
    expect(encodeFrame(flagOfBudget(1500), tasks)).toEqual(example('batch'))
  })

  it('of a batch is what we read', () => {
    expect(decode(example('batch'))).toEqual([{ flag: 1500, items: tasks }])
  })

  it('of a reply is what we write', () => {
    const frames = [notFound, done].map((reply) => encodeFrame(flagOf(reply), [reply]))
    expect(Buffer.concat(frames)).toEqual(example('reply'))
  })

  it('of a reply is what we read', () => {
    const replies = decode(example('reply')).flatMap(({ flag, items }) =>
      items.map(({ id, bytes }) => ({ ...statusOf(flag), id, bytes })),
    )
    expect(replies).toEqual([notFound, done])
  })
})
