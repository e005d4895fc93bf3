import { expect, test } from 'vitest'
import { placeEnvironment, takeReplicaPlace } from './replica-place.ts'

const PLACE = { stage: 'embed', replica: 2, address: '/run/embed-2.sock' }

test('what the parent writes is read once, then gone from the environment', () => {
  const environment = { PATH: '/bin', ...placeEnvironment(PLACE) }
  expect(takeReplicaPlace(environment)).toEqual(PLACE)
  expect(environment).toEqual({ PATH: '/bin' })
  expect(takeReplicaPlace(environment)).toBeUndefined()
})

test.each([
  '',
  '{',
  'null',
  '7',
  '{"stage":1,"replica":1,"address":"a"}',
  '{"stage":"a","replica":"1","address":"a"}',
])('a variable that somebody else set is no place: %s', (text) => {
  expect(takeReplicaPlace({ MOSEC_REPLICA_PLACE: text })).toBeUndefined()
})
