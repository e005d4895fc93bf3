/** A model behind JSON without a line about its input. */

import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

let server: Program
beforeAll(async () => {
  const file = fileURLToPath(new URL('fixtures/plain.mjs', import.meta.url))
  server = await startProgram({ file, env: { MOSEC_TIMEOUT: '20000' } })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const mistake = 'preprocess must give a Float32Array of 3 values, shape [3], and gave an Array of 3 values'

async function ask(route: string, value: unknown): Promise<readonly [number, string]> {
  const response = await fetch(`${server.url}${route}`, { method: 'POST', body: JSON.stringify(value) })
  return [response.status, await response.text()]
}

it('answers plain arrays, and says which number of a bad one is wrong', async () => {
  expect(await ask('/plain', [1, 2, 3])).toEqual([200, '6'])
  expect(await ask('/plain', ['a', 2, 3])).toEqual([
    422,
    'request validation error: at [0]: expected a finite float32 number, got a string',
  ])
  expect(await ask('/plain', [1, 2])).toEqual([
    422,
    'request validation error: expected numbers of the shape [3], nested or in one array, got the shape [2]',
  ])
  expect(await ask('/plain', [4, 5, 6])).toEqual([200, '15'])
})

it('answers 500 to what the own preprocess made wrong, and the log says what', async () => {
  const [status, answer] = await ask('/wrong', [1, 2, 3])
  expect([status, answer]).toEqual([500, expect.not.stringContaining('Array')])
  await server.logged(
    ({ msg, error }) => msg === 'Wrong.forward threw' && JSON.stringify(error).includes(mistake),
  )
  expect(await ask('/plain', [1, 2, 3])).toEqual([200, '6'])
})
