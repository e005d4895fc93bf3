import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** The parts of a document that the tests look at. */
interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}
interface Operation {
  readonly requestBody: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> }
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

describe('GET /openapi/metadata.json', () => {
  let server: Program
  let document: Document
  beforeAll(async () => {
    server = await startProgram({ file: fileURLToPath(new URL('./fixtures/server.mjs', import.meta.url)) })
    const response = await fetch(`${server.url}/openapi/metadata.json`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('server')).toMatch(/^mosec\//)
    document = (await response.json()) as Document
  })
  afterAll(() => server.stop())

  it('is OpenAPI 3.1, as a validator says', async () => {
    expect(document.openapi).toBe('3.1.1')
    const { valid, errors } = await new Validator().validate(structuredClone({ ...document }))
    expect({ valid, errors }).toMatchObject({ valid: true })
  })

  it.each(['zod-sum_1', 'valibot-sum_2', 'arktype-sum_3'])('has the JSON Schema of %s', (stage) => {
    const { schemas } = document.components
    const items = {
      type: 'array',
      items: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
    }
    expect(schemas[`${stage}.input`]).toMatchObject({
      type: 'object',
      properties: { items, scale: { type: 'number' } },
      required: ['items'],
    })
    const sum = { type: 'number', maximum: 100 }
    expect(schemas[`${stage}.output`]).toMatchObject({ properties: { sum }, required: ['sum'] })
  })

  it('has the formats, the errors and the example of a route', () => {
    const post = document.paths['/zod']?.post
    const { 'application/json': json, 'application/msgpack': msgpack } = post?.requestBody.content ?? {}
    expect(json).toEqual({
      schema: { $ref: '#/components/schemas/zod-sum_1.input' },
      example: { items: [{ x: 1 }], scale: 2 },
    })
    expect(msgpack).toEqual({ schema: { $ref: '#/components/schemas/zod-sum_1.input' } })
    expect(Object.keys(post?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '408', '413', '415', '422', '429', '500', '503']),
    )
    expect(document.paths['/count']?.post?.responses['200']?.content).toEqual({
      'text/event-stream': { schema: { type: 'string' } },
    })
  })

  it('goes without what JSON Schema cannot say, and without examples that a client could not send', () => {
    expect(document.paths['/day']?.post?.requestBody.content['application/json']).toEqual({})
    expect(document.components.schemas['day_4.input']).toBeUndefined()
  })

  it('answers HEAD, refuses POST, and knows no other files', async () => {
    const status = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(server.url + path, { method, redirect: 'manual' })).status
    expect(await status('/openapi/metadata.json', 'HEAD')).toBe(200)
    expect(await status('/openapi/metadata.json', 'POST')).toBe(405)
    expect(await status('/openapi')).toBe(302)
    expect(await status('/openapi/swagger/package.json')).toBe(404)
    expect(await status('/openapi/swagger/..%2f..%2fpackage.json')).toBe(404)
    expect(await status('/openapi/swagger/')).toBe(200)
  })
})

it('nothing of it is loaded before somebody asks', async () => {
  const hook = new URL('./fixtures/tell-loads.mjs', import.meta.url).href
  const file = fileURLToPath(new URL('../dist/server.js', import.meta.url))
  await using server = await startProgram({ file, nodeFlags: ['--import', hook] })
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  expect(server.output()).not.toContain('loaded ')
  await (await fetch(`${server.url}/openapi/metadata.json`)).json()
  await expect.poll(() => server.output()).toContain('openapi/dist/index.js')
})
