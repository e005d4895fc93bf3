/** Codecs by Content-Type and Accept. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNegotiate } from './negotiation.ts'
import { json, msgpack, testRoute } from './testing/test-face.ts'

const OPENAI = 'application/json'
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'

describe('Accept', () => {
  const negotiate = createNegotiate(testRoute('/x'))
  const chosen = (contentType: string, accept: string): string => {
    const { refusal, mimeType } = negotiate(contentType, accept)
    return refusal === undefined ? mimeType : 'refused'
  }

  it.each([
    ['application/json', '', 'application/json'],
    ['application/msgpack', '', 'application/msgpack'],
    ['application/msgpack', '*/*', 'application/msgpack'],
    ['application/msgpack', BROWSER, 'application/msgpack'],
    ['application/json', BROWSER, 'application/json'],
    ['application/msgpack', OPENAI, 'application/json'],
    ['application/json', 'application/*', 'application/json'],
    ['application/json', 'application/json;q=0.1, application/msgpack', 'application/msgpack'],
    ['application/json', 'application/json;q=0, */*', 'application/msgpack'],
    ['application/json', 'APPLICATION/JSON', 'application/json'],
    ['application/json', 'image/*', 'refused'],
    ['application/json', 'application/problem+json', 'refused'],
    ['', 'application/x-msgpack', 'application/msgpack'],
  ])('%s with %s gives %s', (contentType, accept, expected) => {
    expect(chosen(contentType, accept)).toBe(expected)
  })

  it('only naming problem+json or events counts, not a wildcard, not q=0', () => {
    expect(negotiate('', '*/*')).toMatchObject({ wantsProblem: false, wantsEvents: false })
    expect(negotiate('', 'application/problem+json;q=0')).toMatchObject({ wantsProblem: false })
    expect(negotiate('', '*/*, Application/Problem+JSON')).toMatchObject({ wantsProblem: true })
    expect(negotiate('', 'text/event-stream')).toMatchObject({ wantsEvents: true })
  })
})

it('a route that reads any type answers in its own default', () => {
  const negotiate = createNegotiate(testRoute('/x', { readsAnyType: true, responseCodecs: [json, msgpack] }))
  expect(negotiate('image/png', '')).toMatchObject({ requestCodec: 0, responseCodec: 0, refusal: undefined })
})

it('a route without codecs takes and gives bytes', () => {
  const negotiate = createNegotiate(testRoute('/x', { requestCodecs: [], responseCodecs: [] }))
  expect(negotiate('a/b', 'image/png')).toMatchObject({
    refusal: undefined,
    mimeType: 'application/octet-stream',
  })
})

it('a stream is never refused for its Accept: the openai client asks for JSON', () => {
  const negotiate = createNegotiate(testRoute('/x', { isStream: true }))
  expect(negotiate('application/json', OPENAI).refusal).toBeUndefined()
})

it('the same headers are negotiated once', () => {
  const negotiate = createNegotiate(testRoute('/x'))
  expect(negotiate('application/json', '*/*')).toBe(negotiate('application/json', '*/*'))
})

it('any headers give codecs of the route or a refusal, the same from memory', () => {
  const negotiate = createNegotiate(testRoute('/x'))
  const header = fc.oneof(fc.string(), fc.stringMatching(/^[a-z*/;=,.q0-9 +]*$/), fc.constant(BROWSER))
  fc.assert(
    fc.property(header, header, (contentType, accept) => {
      const first = negotiate(contentType, accept)
      expect(negotiate(contentType, accept)).toEqual(first)
      if (first.refusal === undefined) {
        expect(first.requestCodec).toBeOneOf([0, 1])
        expect(first.responseCodec).toBeOneOf([0, 1])
      }
    }),
  )
})
