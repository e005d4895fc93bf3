/** The user's own handlers, and options that cannot work. */

import { ConfigurationError } from '@mosec/core'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { createHttpFace } from './face.ts'
import { echo, HeldSubmitter } from './testing/held-submitter.ts'
import { listenLocally, makeTestFace, testRoute } from './testing/test-face.ts'

describe("the user's own handlers", () => {
  it('run before ours, and their changes reach the client and the observer', async () => {
    const test = makeTestFace({ submitter: new HeldSubmitter(echo) })
    test.face.app.use('/inference', async (hono, next) => {
      if (hono.req.header('authorization') !== 'Bearer me') return hono.text('who are you?', 401)
      await next()
      hono.header('x-seen', 'yes')
      return undefined
    })
    const listening = await listenLocally(test.face)
    const url = `http://127.0.0.1:${listening.port}/inference`
    const stranger = await fetch(url, { method: 'POST', body: Buffer.from('x') })
    expect([stranger.status, stranger.headers.get('server')]).toEqual([401, 'mosec/test'])
    expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 401 })
    const friend = await fetch(url, {
      method: 'POST',
      body: Buffer.from('x'),
      headers: { authorization: 'Bearer me' },
    })
    expect([friend.status, friend.headers.get('x-seen'), await friend.text()]).toEqual([200, 'yes', 'x'])
    await listening.close()
  })

  it('may read the body: ours still sees it', async () => {
    const test = makeTestFace({ submitter: new HeldSubmitter(echo) })
    test.face.app.use('*', async (hono, next) => {
      if (hono.req.method === 'POST') expect(await hono.req.text()).toBe('{"a":1}')
      await next()
    })
    const listening = await listenLocally(test.face)
    const init = { method: 'POST', body: Buffer.from('{"a":1}') }
    const answer = await fetch(`http://127.0.0.1:${listening.port}/inference`, init)
    expect(await answer.text()).toBe('{"a":1}')
    expect(await (await test.face.fetch(new Request('http://x/inference', init))).text()).toBe('{"a":1}')
    await listening.close()
  })

  it('may read and replace the answer, also one that goes to a socket', async () => {
    const test = makeTestFace({ submitter: new HeldSubmitter(echo) })
    test.face.app.use('/inference', async (hono, next) => {
      await next()
      hono.header('x-seen', await hono.res.clone().text())
    })
    test.face.app.use('/inference', async (hono, next) => {
      await next()
      hono.res = new Response(`<${await hono.res.text()}>`, hono.res)
      hono.res.headers.delete('content-length')
    })
    const listening = await listenLocally(test.face)
    const init = { method: 'POST', body: Buffer.from('x') }
    const response = await fetch(`http://127.0.0.1:${listening.port}/inference`, init)
    expect([response.status, await response.text()]).toEqual([200, '<x>'])
    expect(response.headers.get('x-seen')).toBe('<x>')
    await listening.close()
  })

  it('add endpoints and take over ours', async () => {
    const { face } = makeTestFace()
    face.app.get('/hello/:name', (hono) => hono.text(`hello ${hono.req.param('name')}`))
    face.app.get('/', (hono) => hono.text('my service'))
    face.app.notFound((hono) => hono.text('lost', 404))
    expect(await (await face.fetch(new Request('http://x/hello/you'))).text()).toBe('hello you')
    expect(await (await face.app.request('/')).text()).toBe('my service')
    expect(await (await face.app.request('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await face.app.request('/nowhere')).text()).toBe('lost')
  })

  it('that throw are 500 without a word of why; Hono exceptions say their own', async () => {
    const { face } = makeTestFace()
    face.app.get('/broken', () => {
      throw new Error('secret')
    })
    face.app.get('/teapot', () => {
      throw new HTTPException(418, { message: 'short and stout' })
    })
    const broken = await face.fetch(new Request('http://x/broken'))
    expect([broken.status, await broken.text()]).toEqual([500, 'inference internal error'])
    expect((await face.fetch(new Request('http://x/teapot'))).status).toBe(418)
  })

  it('cannot be added once requests are answered', async () => {
    const { face } = makeTestFace()
    await face.fetch(new Request('http://x/'))
    expect(() => face.app.get('/late', (hono) => hono.text('late'))).toThrow('matcher is already built')
  })

  it('may answer with a response from elsewhere, whose head is frozen', async () => {
    const { face } = makeTestFace()
    face.app.get('/away', () => Response.redirect('http://elsewhere/', 302))
    const response = await face.fetch(new Request('http://x/away'))
    expect([response.status, response.headers.get('server')]).toEqual([302, 'mosec/test'])
  })
})

describe('options', () => {
  const base = { submitter: new HeldSubmitter(), health: () => ({ status: 'ready', stages: [] }) as const }

  it.each(['/', '/metrics', '/health/mine', '/openapi', 'inference', '/a?b', '/a b'])(
    'the path %s cannot be a route',
    (path) => {
      expect(() => createHttpFace({ ...base, routes: [testRoute(path)] })).toThrow(ConfigurationError)
    },
  )

  it('a path twice, a MIME type with a line break and a limit of 0 are refused', () => {
    const twice = [testRoute('/a'), testRoute('/a')]
    expect(() => createHttpFace({ ...base, routes: twice })).toThrow('/a is there twice')
    const broken = testRoute('/a', { responseCodecs: [{ name: 'x', mimeTypes: ['a/b\r\nx: y'] }] })
    expect(() => createHttpFace({ ...base, routes: [broken] })).toThrow('is no MIME type')
    expect(() => createHttpFace({ ...base, routes: [], maxRequestBytes: 0 })).toThrow('maxRequestBytes')
  })

  it('defaults are enough, and without metrics there is no such endpoint', async () => {
    const face = createHttpFace({ ...base, routes: [testRoute('/metricsish'), testRoute('/a/:b*')] })
    expect((await face.fetch(new Request('http://x/metrics'))).status).toBe(404)
    expect((await face.fetch(new Request('http://x/a/:b*'))).status).toBe(405)
    expect((await face.fetch(new Request('http://x/a/other'))).status).toBe(404)
  })
})
