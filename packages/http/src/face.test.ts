/** The one conformance suite, on every way. */

import { httpConformance } from './testing/http-conformance.ts'
import type { HttpSubject } from './testing/http-suite.ts'
import { Http2Fetch } from './testing/http2-fetch.ts'
import { listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

async function throughSocket(test: TestFace): Promise<HttpSubject> {
  const listening = await listenLocally(test.face)
  return {
    test,
    fetch: (path, init) => fetch(`http://127.0.0.1:${listening.port}${path}`, init),
    [Symbol.asyncDispose]: () => listening.close(),
  }
}

async function throughHttp2(test: TestFace): Promise<HttpSubject> {
  const listening = await listenLocally(test.face)
  const client = new Http2Fetch(listening.port)
  return {
    test,
    fetch: (path, init) => client.fetch(path, init),
    async [Symbol.asyncDispose]() {
      await Promise.all([listening.close(), client.close()])
    },
  }
}

function withMiddleware(test: TestFace): TestFace {
  test.face.app.use('*', (_, next) => next())
  return test
}

httpConformance('direct', (changes) => throughSocket(makeTestFace(changes)))

httpConformance('through Hono, with a middleware of the user', (changes) =>
  throughSocket(withMiddleware(makeTestFace(changes))),
)

httpConformance('HTTP/2, direct', (changes) => throughHttp2(makeTestFace(changes)))

httpConformance('HTTP/2, through Hono', (changes) => throughHttp2(withMiddleware(makeTestFace(changes))))

httpConformance('in process, by fetch', async (changes) => {
  const test = makeTestFace(changes)
  return {
    test,
    fetch: (path, init) => test.face.fetch(new Request(`http://test${path}`, init)),
    [Symbol.asyncDispose]: async () => {},
  }
})
