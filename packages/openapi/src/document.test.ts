import { Validator } from '@seriousme/openapi-schema-validator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Api, ApiRoute } from './api.ts'
import { openApiDocument } from './document.ts'

const json = { mimeTypes: ['application/json'] }
const msgpack = { mimeTypes: ['application/msgpack', 'application/x-msgpack'] }
const point = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] }

const route = (changes: Partial<ApiRoute> = {}): ApiRoute => ({
  path: '/inference',
  stages: ['Square_1'],
  requestFormats: [json],
  responseFormats: [json],
  readsAnyType: false,
  isStream: false,
  input: undefined,
  output: undefined,
  examples: [],
  ...changes,
})

const api = (...routes: ApiRoute[]): Api => ({ info: { title: 'Points', version: '2.1.0' }, routes })

/** The document as a client reads it, once the validator has found nothing. */
async function validDocument(source: Api) {
  const document = JSON.parse(JSON.stringify(openApiDocument(source)))
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect({ valid, errors }).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
  return document
}

test('the validator finds faults', async () => {
  const { openapi: _, ...rest } = openApiDocument(api(route()))
  expect((await new Validator().validate(rest)).valid).toBe(false)
  const wrong = { ...openApiDocument(api(route())), paths: { '/x': { post: { responses: [] } } } }
  expect((await new Validator().validate(wrong)).valid).toBe(false)
})

describe('a route', () => {
  test('names the headers that it heeds', async () => {
    const document = await validDocument(api(route(), route({ path: '/urgent', allowsPriority: true })))
    const headersOf = (path: string) =>
      document.paths[path].post.parameters.map(({ name }: { name: string }) => name)
    expect(headersOf('/inference')).toEqual(['x-request-timeout-ms'])
    expect(headersOf('/urgent')).toEqual(['x-request-timeout-ms', 'x-priority'])
  })

  test('has its formats, schemas, errors and example', async () => {
    const document = await validDocument(
      api(
        route({
          stages: ['Read_1', 'Square_2'],
          requestFormats: [json, msgpack],
          responseFormats: [msgpack],
          input: {
            name: 'Read_1.input',
            schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...point },
          },
          output: { name: 'Square_2.output', schema: { type: 'number' } },
          examples: [{ x: 1 }],
        }),
      ),
    )
    expect(document.info).toEqual({ title: 'Points', version: '2.1.0' })
    const { post } = document.paths['/inference']
    expect([post.operationId, post.summary]).toEqual(['post_inference', 'Read_1 → Square_2'])
    const input = { schema: { $ref: '#/components/schemas/Read_1.input' } }
    expect(post.requestBody.content).toEqual({
      'application/json': { ...input, example: { x: 1 } },
      'application/msgpack': input,
      'application/x-msgpack': input,
    })
    const output = { schema: { $ref: '#/components/schemas/Square_2.output' } }
    expect(post.responses[200].content).toEqual({
      'application/msgpack': output,
      'application/x-msgpack': output,
    })
    expect(Object.keys(post.responses)).toEqual([
      '200',
      '400',
      '406',
      '408',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ])
    expect(document.components.schemas['Read_1.input']).toEqual(point)
    const { content } = document.components.responses.ValidationError
    expect(Object.keys(content)).toEqual(['text/plain', 'application/problem+json'])
  })

  test('of events, of raw bytes, and with several examples', async () => {
    const document = await validDocument(
      api(
        route({ path: '/events', isStream: true, examples: ['a', 'b'] }),
        route({ path: '/bytes', readsAnyType: true, responseFormats: [], examples: [1] }),
      ),
    )
    const { '/events': events, '/bytes': bytes } = document.paths
    expect(events.post.responses[200].content).toEqual({
      'text/event-stream': { schema: { type: 'string' } },
    })
    expect(events.post.requestBody.content['application/json'].examples).toEqual({
      'example 1': { value: 'a' },
      'example 2': { value: 'b' },
    })
    expect(bytes.post.requestBody.content).toEqual({ 'application/octet-stream': {} })
    expect(bytes.post.responses[200].content).toEqual({ 'application/octet-stream': {} })
  })

  test('has an id of its own, whatever its path', async () => {
    const paths = ['/a-b', '/a_b', '/a/b', '/{x}', '/v1/embeddings']
    const document = await validDocument(api(...paths.map((path) => route({ path }))))
    const ids = Object.values<{ post?: { operationId: string } }>(document.paths).flatMap(
      ({ post }) => post?.operationId ?? [],
    )
    expect(ids).toEqual(['post_a_b', 'post_a_b_2', 'post_a_b_3', 'post_x', 'post_v1_embeddings'])
    expect(document.paths['/%7Bx%7D']).toBeDefined()
  })
})

test('every service has health and metrics', async () => {
  const { paths } = await validDocument(api())
  expect(Object.keys(paths)).toEqual([
    '/',
    '/metrics',
    '/health/live',
    '/health/ready',
    '/healthz',
    '/readyz',
  ])
})

test('what a schema defines inside becomes a component, and references follow', async () => {
  const $ref = '#/$defs/node'
  const schema = {
    items: { $ref },
    $defs: { node: { type: 'array', items: { anyOf: [{ $ref }, { $ref: '#/$defs/a~1b' }] } }, 'a/b': {} },
  }
  const { schemas } = (await validDocument(api(route({ input: { name: 'Tree', schema } })))).components
  const node = { $ref: '#/components/schemas/Tree.node' }
  const other = { $ref: '#/components/schemas/Tree/$defs/a~1b' }
  expect(schemas.Tree).toEqual({ items: node, $defs: { 'a/b': {} } })
  expect(schemas['Tree.node']).toEqual({ type: 'array', items: { anyOf: [node, other] } })
})

// The validator takes a property's name for a reference, so it is not asked.
test('data and names that look like a reference stay', () => {
  const $ref = '#/$defs/node'
  const properties = {
    self: { anyOf: [{ $ref: '#' }, { const: { $ref } }] },
    default: { $ref, default: { $ref }, examples: [{ $ref }] },
    $ref: { type: 'string' },
  }
  const schema = { properties, $defs: { node: {} } }
  const document = openApiDocument(api(route({ input: { name: 'Tree', schema } })))
  expect(document).toHaveProperty(['components', 'schemas', 'Tree', 'properties'], {
    self: { anyOf: [{ $ref: '#/components/schemas/Tree' }, { const: { $ref } }] },
    default: { $ref: '#/components/schemas/Tree.node', default: { $ref }, examples: [{ $ref }] },
    $ref: { type: 'string' },
  })
})

test('a schema with an id keeps its references', async () => {
  const schema = { $id: 'https://example.com/tree', items: { $ref: '#' } }
  const document = await validDocument(api(route({ input: { name: 'Tree', schema } })))
  expect(document.components.schemas.Tree).toEqual(schema)
})

test('whatever a worker says of itself, there is a valid document', async () => {
  const routes = fc.record({
    stages: fc.array(fc.string(), { maxLength: 3 }),
    requestFormats: fc.subarray([json, msgpack]),
    responseFormats: fc.subarray([json, msgpack]),
    readsAnyType: fc.boolean(),
    isStream: fc.boolean(),
    examples: fc.array(fc.jsonValue(), { maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(routes, async (changes) => {
      await validDocument(api(route(changes)))
    }),
    { numRuns: 30 },
  )
})
