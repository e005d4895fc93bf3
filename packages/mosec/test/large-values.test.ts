/** Memory of large values is used again; no worker may ever see another value in what it was given. */

import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post, start } from './square-client.ts'

const isolations = ['process', 'thread', 'inline']
const pairs = isolations.flatMap((from) => isolations.map((to) => [from, to] as const))

describe('a large array between stages', () => {
  let program: Program
  beforeAll(async () => {
    program = await start('large-values')
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  it.each(pairs)('from %s to %s stays what it is for a worker that keeps it', async (from, to) => {
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const answers: { kept: number; changed: number }[] = []
    // Some at once, so that values are on their way while others are answered.
    for (let at = 0; at < numbers.length; at += 6) {
      const some = numbers.slice(at, at + 6).map((number) => post(program, number, `/${from}/${to}/keep`))
      answers.push(...(await Promise.all(some)).map(({ body }) => JSON.parse(body)))
    }
    expect(answers.map(({ changed }) => changed)).toEqual(numbers.map(() => 0))
    expect(Math.max(...answers.map(({ kept }) => kept))).toBeGreaterThanOrEqual(numbers.length)
  })

  it.each(pairs)(
    'from %s to %s stays what it is until a worker that forgets it has answered',
    async (from, to) => {
      for (let round = 0; round < 4; round++) {
        const some = [1, 2, 3, 4, 5, 6].map((number) =>
          post(program, number + round, `/${from}/${to}/forget`),
        )
        expect((await Promise.all(some)).map(({ body }) => body)).toEqual(some.map(() => 'true'))
      }
    },
  )
})
