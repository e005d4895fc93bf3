/** What the compiler must accept and refuse; compiled with the package, never run. */

import { BatchWorker, type ForwardContext, Server, StreamWorker, stage, Worker } from './index.ts'

class Parse extends Worker<string, { x: number }> {
  override forward(text: string): { x: number } {
    return { x: Number(text) }
  }
}

class Square extends BatchWorker<{ x: number }, { x: number }> {
  override example = [{ x: 1 }]
  override forward(batch: { x: number }[], _context: ForwardContext): ({ x: number } | Error)[] {
    return batch.map(({ x }) => (x < 0 ? new Error('negative') : { x: x * x }))
  }
}

class Say extends Worker<{ x: number; name?: string }, string> {
  override async forward({ x }: { x: number }): Promise<string> {
    return String(x)
  }
}

class Count extends StreamWorker<number> {
  override async *forward(to: number): AsyncIterable<string> {
    for (let n = 0; n < to; n++) yield String(n)
  }
}

const server = new Server()

// Only a worker of batches takes batches.
server.appendWorker(Square, { replicas: 2, maxBatchSize: 16, maxWaitMs: 10 })
server.appendWorker(Parse, { maxBatchSize: 1, route: ['/a', '/b'] })
// @ts-expect-error: a worker of single tasks
server.appendWorker(Parse, { maxBatchSize: 2 })
// @ts-expect-error: a worker of single tasks never waits for a batch
stage(Parse, { maxWaitMs: 5 })
stage(Count)
// @ts-expect-error: the option is called replicas
server.appendWorker(Square, { replica: 2 })
// @ts-expect-error: the option is called maxWaitMs
stage(Square, { maxWait: 5 })
// @ts-expect-error: a path is no module, its URL is
server.appendWorker('./square.js')
// A module may hold anything, so the check is at the start.
server.appendWorker(new URL('./square.js', import.meta.url), { maxBatchSize: 16 })

// Neighbours must fit, and the stage that does not is the error.
server.route('/fits', stage(Parse), stage(Square, { maxBatchSize: 4 }), stage(Say))
server.route({ path: '/with-options', codecs: [] }, stage(Parse), stage(Square))
// @ts-expect-error: Parse takes a string, Square gives an object
server.route('/misfit', stage(Square), stage(Parse))
server.route(
  '/misfit-late',
  stage(Parse),
  stage(Square),
  // @ts-expect-error: Count takes a number, Square gives an object
  stage(Count),
)
// @ts-expect-error: a route needs a stage
server.route('/empty')

// A stage by module fits anything, unless its types are given.
server.route('/module', stage(Parse), stage(new URL('./m.js', import.meta.url)), stage(Say))
server.route(
  '/typed-module',
  stage(Parse),
  // @ts-expect-error: the module takes a string, Parse gives an object
  stage<string, string>(new URL('./m.js', import.meta.url)),
)
