/** Our answers are web responses to whoever looks. */

import { expect, it } from 'vitest'
import { textAnswer } from './answer.ts'
import { AnswerResponse, LazyAnswerResponse } from './answer-response.ts'

const make = (): LazyAnswerResponse => new LazyAnswerResponse(textAnswer(201, '{"a":1}', 'mosec/test'))

it('has status and headers, and its bytes untaken', () => {
  const response = make()
  expect([response.status, response.ok, response.headers.get('server')]).toEqual([201, true, 'mosec/test'])
  expect([Buffer.from(AnswerResponse.bytesOf(response) ?? []).toString(), response.bodyUsed]).toEqual([
    '{"a":1}',
    false,
  ])
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

/** `bytes` came with Node 22. */
const readers = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']

it.each([
  ['in process', AnswerResponse],
  ['through a socket', LazyAnswerResponse],
])('answers %s have all methods of a web response, and clones of them too', async (_way, Class) => {
  const form = {
    ...textAnswer(200, 'a=1', 'x'),
    headers: ['content-type', 'application/x-www-form-urlencoded'],
  }
  for (const name of readers.filter((reader) => reader in Response.prototype)) {
    const make = () => new Class(name === 'formData' ? form : textAnswer(200, '7', 'x'))
    for (const response of [make(), make().clone()]) {
      expect([name, typeof Reflect.get(response, name)]).toEqual([name, 'function'])
      const read = Reflect.apply(Reflect.get(response, name), response, [])
      await expect(read).resolves.toBeDefined()
      expect(response.bodyUsed).toBe(true)
    }
  }
  expect(AnswerResponse.bytesOf(new Response('7'))).toBeUndefined()
})
