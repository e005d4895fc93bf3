/** The endpoints that every service has beside its routes. */

import type { ApiObject } from './api.ts'

const text = (description: string, mimeType = 'text/plain'): ApiObject => ({
  description,
  content: { [mimeType]: { schema: { type: 'string' } } },
})

const json = (description: string, properties: ApiObject): ApiObject => ({
  description,
  content: { 'application/json': { schema: { type: 'object', properties } } },
})

const get = (operationId: string, summary: string, responses: ApiObject): ApiObject => ({
  get: { operationId, tags: ['service'], summary, responses },
})

const stageList: ApiObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      stage: { type: 'string' },
      ready: { type: 'integer' },
      replicas: { type: 'integer' },
    },
  },
}

/** Present only when replicas keep dying. */
const failingList: ApiObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      stage: { type: 'string' },
      replica: { type: 'integer' },
      state: { enum: ['starting', 'ready', 'backoff'] },
      deaths: { type: 'integer' },
      restarts: { type: 'integer' },
      retryInMs: { type: 'integer' },
    },
  },
}

const live = (operationId: string): ApiObject =>
  get(operationId, 'The process runs', {
    200: json('It does.', { status: { const: 'alive' } }),
  })

const ready = (operationId: string): ApiObject =>
  get(operationId, 'Every stage has a replica that can compute', {
    200: json('It has.', { status: { const: 'ready' }, failing: failingList }),
    503: json('The stages that have none.', {
      status: { type: 'string' },
      notReady: stageList,
      failing: failingList,
    }),
  })

/** Paths and their operations. */
export const servicePaths: ApiObject = {
  '/': get('service', 'Whether the service takes requests', {
    200: text('It does.'),
    503: { $ref: '#/components/responses/Unavailable' },
  }),
  '/metrics': get('metrics', 'Metrics for Prometheus', { 200: text('The metrics.') }),
  '/health/live': live('live'),
  '/health/ready': ready('ready'),
  '/healthz': live('healthz'),
  '/readyz': ready('readyz'),
}
