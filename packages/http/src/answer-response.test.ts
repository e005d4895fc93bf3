/** A lazy answer is a web response to whoever looks. */

import { expect, it } from 'vitest'
import { textAnswer } from './answer.ts'
import { LazyAnswerResponse } from './answer-response.ts'

const make = (): LazyAnswerResponse => new LazyAnswerResponse(textAnswer(201, '{"a":1}', 'mosec/test'))

it('has status and headers, and its bytes untaken', () => {
  const response = make()
  expect([response.status, response.ok, response.headers.get('server')]).toEqual([201, true, 'mosec/test'])
  expect([Buffer.from(response.bytes).toString(), response.bodyUsed]).toEqual(['{"a":1}', false])
})

it('can be read in every way, once', async () => {
  expect(await make().text()).toBe('{"a":1}')
  expect(await make().json()).toEqual({ a: 1 })
  expect((await make().arrayBuffer()).byteLength).toBe(7)
  expect((await make().blob()).size).toBe(7)
  const response = make()
  const parts = []
  for await (const part of response.body ?? []) parts.push(part)
  expect(Buffer.concat(parts).toString()).toBe('{"a":1}')
  expect(response.bodyUsed).toBe(true)
  await expect(response.text()).rejects.toThrow(TypeError)
})

it('is cloned and wrapped with the headers that it has by then', async () => {
  const response = make()
  expect(await response.clone().text()).toBe('{"a":1}')
  response.headers.set('x-later', 'yes')
  const clone = response.clone()
  expect([clone.status, clone.headers.get('x-later'), await clone.text()]).toEqual([201, 'yes', '{"a":1}'])
  const wrapped = new Response(response.body, response)
  expect([wrapped.status, wrapped.headers.get('x-later'), await wrapped.text()]).toEqual([
    201,
    'yes',
    '{"a":1}',
  ])
})
