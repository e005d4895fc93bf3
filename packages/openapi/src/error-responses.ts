/** What a client may get instead of an answer: the same for every route. `docs/errors.md` tells more of each. */

import type { ApiObject } from './api.ts'

/** Name of the component, status, what it means, and a body. */
const errors: readonly (readonly [name: string, status: number, description: string, example: string])[] = [
  [
    'BadRequest',
    400,
    'The body cannot be decoded, is empty, or is refused by the worker.',
    'no data provided',
  ],
  [
    'NotAcceptable',
    406,
    '`Accept` allows none of the formats.',
    'not acceptable: this route answers application/json',
  ],
  ['Timeout', 408, 'The answer was not ready in time.', 'inference timeout'],
  ['TooLarge', 413, 'The body is too large.', 'request body is too large'],
  [
    'UnsupportedMediaType',
    415,
    'The route does not read this `Content-Type`.',
    'unsupported media type: got text/csv, this route reads application/json',
  ],
  [
    'ValidationError',
    422,
    'The body decodes, but its values are not those of the schema; the text names the place.',
    'request validation error: input.x: expected number, received string',
  ],
  ['QueueFull', 429, 'Too many tasks wait already.', 'too many request: task queue is full'],
  ['InternalError', 500, 'The worker failed.', 'inference internal error'],
  ['Unavailable', 503, 'The service shuts down, or a stage has no replica.', 'gracefully shutting down'],
]

/** Statuses whose answers say when to come again. */
const RETRIED: ReadonlySet<number> = new Set([429, 503])

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
}

/** References to all of them, by status. */
export const errorResponses: ApiObject = Object.fromEntries(
  errors.map(([name, status]) => [status, { $ref: `#/components/responses/${name}` }]),
)

/** The document's `components/responses`. */
export const errorComponents: ApiObject = Object.fromEntries(
  errors.map(([name, status, description, example]) => [
    name,
    {
      description,
      ...(RETRIED.has(status) ? { headers: retryAfter } : {}),
      content: {
        'text/plain': { schema: { type: 'string' }, example },
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    },
  ]),
)

/** RFC 9457, for clients whose `Accept` names it. */
export const problemSchema: ApiObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
  },
}
