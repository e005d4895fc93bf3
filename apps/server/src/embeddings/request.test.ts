import { ValidationError } from '@mosec/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRequest } from './request.ts'

const refusal = (body: unknown): string => {
  try {
    parseRequest(body)
  } catch (error) {
    if (error instanceof ValidationError) return error.message
    throw error
  }
  return 'accepted'
}

describe('an embeddings request', () => {
  it('is one text or many, answered as floats unless base64 is asked for', () => {
    expect(parseRequest({ input: 'a' })).toEqual({ texts: ['a'], encodingFormat: 'float' })
    expect(
      parseRequest({ input: ['a', 'b'], encoding_format: 'base64', model: 'm', user: 'u', dimensions: 512 }),
    ).toEqual({
      texts: ['a', 'b'],
      encodingFormat: 'base64',
    })
  })

  it('may hold fields that are unknown here', () => {
    expect(parseRequest({ input: 'a', truncate: true }).texts).toEqual(['a'])
  })

  it.each([
    [undefined, 'expected a JSON object'],
    [null, 'expected a JSON object'],
    ['text', 'expected a JSON object'],
    [{}, 'input: expected text or an array of texts'],
    [{ input: '' }, 'input: must not be empty'],
    [{ input: [] }, 'input: must not be empty'],
    [{ input: ['a', ''] }, 'input[1]: must not be empty'],
    [{ input: [1, 2] }, 'input[0]: expected text; input[1]: expected text'],
    [{ input: [[1, 2]] }, 'input[0]: expected text'],
    [{ input: 5 }, 'input: expected text or an array of texts'],
    [
      { input: ['a', 1, 2, 3, 4, 5, 6, 7] },
      'input[1]: expected text; input[2]: expected text; input[3]: expected text; input[4]: expected text; input[5]: expected text; and 2 more',
    ],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format: expected "float" or "base64"'],
    [{ input: 'a', dimensions: 256 }, 'dimensions: this model has 512 dimensions'],
    [
      { input: 'a', model: 1, dimensions: '512' },
      'model: expected text; dimensions: this model has 512 dimensions',
    ],
  ])('refuses %j', (body, message) => {
    expect(refusal(body)).toBe(message)
    expect(refusal({ input: 'and it still works' })).toBe('accepted')
  })

  it('holds at most 2048 texts', () => {
    expect(parseRequest({ input: Array(2048).fill('a') }).texts).toHaveLength(2048)
    expect(refusal({ input: Array(2049).fill('a') })).toBe('input: at most 2048 texts in one request')
  })

  it('never says more than a line, however many texts are wrong', () => {
    expect(refusal({ input: Array(2048).fill(1) }).length).toBeLessThan(200)
  })

  it('is taken or refused with a ValidationError, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (input, format) => {
        expect(typeof refusal({ input, encoding_format: format })).toBe('string')
      }),
    )
  })
})
