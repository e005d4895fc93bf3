/** The one conformance suite, on all three ways. */

import { httpConformance } from './testing/http-conformance.ts'
import type { HttpSubject } from './testing/http-suite.ts'
import { listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

async function throughSocket(test: TestFace): Promise<HttpSubject> {
  const listening = await listenLocally(test.face)
  return {
    test,
    fetch: (path, init) => fetch(`http://127.0.0.1:${listening.port}${path}`, init),
    [Symbol.asyncDispose]: () => listening.close(),
  }
}

httpConformance('direct', (changes) => throughSocket(makeTestFace(changes)))

httpConformance('through Hono, with a middleware of the user', (changes) => {
  const test = makeTestFace(changes)
  test.face.app.use('*', (_, next) => next())
  return throughSocket(test)
})

httpConformance('in process, by fetch', async (changes) => {
  const test = makeTestFace(changes)
  return {
    test,
    fetch: (path, init) => test.face.fetch(new Request(`http://test${path}`, init)),
    [Symbol.asyncDispose]: async () => {},
  }
})
