/** Memory of large bodies and answers is used again; no client may ever see another's bytes. */

import { once } from 'node:events'
import { request } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { post, start } from './square-client.ts'

/** Larger than what one read of a socket brings, so that bodies and answers lie in memory that is used again. */
const LENGTH = 200_000
const letters = [...'abcdefghijklmnop']

describe.each([['process'], ['thread'], ['inline']])('with replicas of isolation %s', (isolation) => {
  let program: Program
  beforeAll(async () => {
    program = await start('large-bodies', { env: { ISOLATION: isolation } })
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  const echoed = async (letter: string, length = LENGTH): Promise<boolean> => {
    const text = letter.repeat(length)
    return (await post(program, { text })).body === JSON.stringify({ text })
  }

  it('each of many at once gets its own', async () => {
    for (let round = 0; round < 4; round++)
      expect(await Promise.all(letters.map((letter) => echoed(letter)))).toEqual(letters.map(() => true))
  })

  it('one who reads late gets its own, whatever came in between', async () => {
    // More than sockets hold, and of one size, so that the others come to lie where an answer was.
    const length = 8_000_000
    const text = 'z'.repeat(length)
    const late = await unread(program, JSON.stringify({ text }))
    for (const letter of ['a', 'b', 'c']) expect(await echoed(letter, length)).toBe(true)
    expect((await late.rest()) === JSON.stringify({ text })).toBe(true)
  })

  it('who leaves while its task waits or runs spoils nothing', async () => {
    {
      await using hold = await openHold()
      const leaving = new AbortController()
      const gone = letters.map((letter) => {
        const body = JSON.stringify({ text: letter.repeat(LENGTH), hold: hold.url })
        return fetch(`${program.url}/inference`, { method: 'POST', body, signal: leaving.signal })
      })
      const left = Promise.allSettled(gone)
      await hold.next()
      leaving.abort()
      expect((await left).map(({ status }) => status)).toEqual(letters.map(() => 'rejected'))
    }
    expect(await Promise.all(letters.map((letter) => echoed(letter)))).toEqual(letters.map(() => true))
  })
})

/** An answer whose head is there and whose body the client does not read yet. */
async function unread({ url }: Program, body: string): Promise<{ rest(): Promise<string> }> {
  const client = request(`${url}/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  client.end(body)
  const [response] = await once(client, 'response')
  response.pause()
  await turn()
  return {
    rest: async () => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      return Buffer.concat(parts).toString()
    },
  }
}
