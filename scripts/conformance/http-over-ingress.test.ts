/** The HTTP conformance suite on a face whose connections and whose scheduler are elsewhere, as in an ingress process. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { HttpFaceOptions } from '../../packages/http/src/options.ts'
import { httpConformance } from '../../packages/http/src/testing/http-conformance.ts'
import type { HttpSubject } from '../../packages/http/src/testing/http-suite.ts'
import { Http2Fetch } from '../../packages/http/src/testing/http2-fetch.ts'
import { makeTestFace, type TestFace, testRoutes } from '../../packages/http/src/testing/test-face.ts'
import { RemoteSubmitter } from '../../packages/ipc/src/submit/remote-submitter.ts'
import { serveSubmissions } from '../../packages/ipc/src/submit/serve-submissions.ts'

const quiet = { debug() {}, info() {}, warning() {}, error() {} }

/** A face far from its scheduler, and how to end what is between them. */
interface RemoteFace extends AsyncDisposable {
  readonly test: TestFace
}

async function makeRemoteFace(changes: Partial<HttpFaceOptions> = {}): Promise<RemoteFace> {
  const [near, far] = await socketPair()
  const routes = changes.routes ?? testRoutes
  let closed: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    closed = resolve
  })
  const submitter = new RemoteSubmitter({ socket: near, routes: routes.map(({ path }) => path), closed })
  const observer = { answered: submitter.answered.bind(submitter) }
  const test = makeTestFace({ observer, ...changes, submitter })
  serveSubmissions(far, {
    submitter: changes.submitter ?? test.submitter,
    routes: routes.map(({ path, requestCodecs, responseCodecs }) => ({
      path,
      requestCodecs: Math.max(1, requestCodecs.length),
      responseCodecs: Math.max(1, responseCodecs.length),
    })),
    answered: (answer) => test.answers.push(answer),
    closed() {},
    logger: quiet,
  })
  return {
    test,
    [Symbol.asyncDispose]: async () => {
      submitter.close()
      await ended
    },
  }
}

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far]: Socket[] = await once(server, 'connection')
  server.close()
  if (far === undefined) throw new Error('nobody connected')
  return [near, far]
}

/** Connections are accepted by another server than the face's own. */
async function accepted({ test }: RemoteFace): Promise<{ port: number; close(): Promise<void> }> {
  const accepting = test.face.accept()
  const server = createServer((socket) => accepting.accept(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      server.close()
      await accepting.close()
    },
  }
}

async function throughSocket(remote: RemoteFace): Promise<HttpSubject> {
  const port = await accepted(remote)
  return {
    test: remote.test,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port.port}${path}`, init),
    async [Symbol.asyncDispose]() {
      await port.close()
      await remote[Symbol.asyncDispose]()
    },
  }
}

async function throughHttp2(remote: RemoteFace): Promise<HttpSubject> {
  const port = await accepted(remote)
  const client = new Http2Fetch(port.port)
  return {
    test: remote.test,
    fetch: (path, init) => client.fetch(path, init),
    async [Symbol.asyncDispose]() {
      await Promise.all([port.close(), client.close()])
      await remote[Symbol.asyncDispose]()
    },
  }
}

httpConformance('ingress, direct', async (changes) => throughSocket(await makeRemoteFace(changes)))

httpConformance('ingress, through Hono', async (changes) => {
  const remote = await makeRemoteFace(changes)
  remote.test.face.app.use('*', (_, next) => next())
  return throughSocket(remote)
})

httpConformance('ingress, HTTP/2', async (changes) => throughHttp2(await makeRemoteFace(changes)))
