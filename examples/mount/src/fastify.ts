/** The models as a part of a Fastify app. */

import { fastify } from 'fastify'
import { models } from './models.ts'

await models.start()

const app = fastify()
app.get('/', () => 'the page of the Fastify app')
app.post('/echo', ({ body }) => body)

// A scope of its own: its content-type parsers are not those of the app.
app.register(
  (scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    // Reads nothing: the models read the bytes themselves.
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    scope.all('/*', (request, reply) => {
      reply.hijack()
      request.raw.url = request.url.slice('/models'.length)
      models.handle(request.raw, reply.raw)
    })
    done()
  },
  { prefix: '/models' },
)

const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
console.log(JSON.stringify({ msg: 'ready', url }))

process.once('SIGTERM', () => {
  void app.close()
  void models.close()
})
