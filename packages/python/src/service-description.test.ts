import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseService } from './service-description.ts'

const stage = {
  target: '__main__:Echo',
  name: 'Echo_1',
  replicas: 2,
  maxBatchSize: 1,
  maxWaitMs: null,
  timeoutMs: 3000,
  env: [{ A: '1' }, { A: '2' }],
}
const service = { stages: [stage], routes: [{ path: '/inference', stages: [0] }], env: { B: '3' } }

it.each([
  { type: 'mosec:service', service },
  { type: 'mosec:daemon', name: 'redis', code: 3 },
  { type: 'mosec:failed', message: 'no', stack: '' },
])('reads what the file says: $type', (message) => {
  expect(parseService(JSON.parse(JSON.stringify(message)))).toEqual(message)
})

it.each([
  { ...service, routes: [{ path: '/x', stages: [1] }] },
  { ...service, stages: [{ ...stage, replicas: '2' }] },
  { ...service, stages: [{ ...stage, env: [{ A: 1 }] }] },
  { ...service, env: null },
])('refuses a service that cannot be: %#', (wrong) => {
  expect(parseService({ type: 'mosec:service', service: wrong })).toBeUndefined()
})

it('takes anything, and throws nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(parseService(value)).toBeUndefined()
    }),
  )
})
