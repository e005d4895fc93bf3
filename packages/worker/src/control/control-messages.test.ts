import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ParentMessage,
  parseParentMessage,
  parseReplicaMessage,
  type ReplicaMessage,
} from './control-messages.ts'

const worker = {
  kind: 'batch',
  name: 'Square',
  requestTypes: [{ name: 'json', mimeTypes: ['application/json'] }],
  responseTypes: [],
  readsAnyType: false,
  needsCodecFor: ['responses'],
  largestBatch: 4,
  isStream: false,
  inputSchema: { type: 'object' },
  outputSchema: undefined,
  examples: [{ x: 1 }],
} as const

const fromReplica: ReplicaMessage[] = [
  { type: 'mosec:hello', worker },
  { type: 'mosec:failed', phase: 'set-up', worker: 'Square', message: 'no weights', stack: '' },
  { type: 'mosec:log', level: 'warning', message: 'hot', fields: { degrees: 90 } },
  { type: 'mosec:report', report: { runtime: { runtime: 'tfjs', backend: 'wasm' }, gauges: { tensors: 3 } } },
  { type: 'mosec:isolated', tasks: 2 },
]
const fromParent: ParentMessage[] = [
  { type: 'mosec:cancel', ids: [0, 0xffff_ffff] },
  { type: 'mosec:grant', grants: [{ id: 0, credit: 32 }] },
  { type: 'mosec:drain' },
]

test.each(fromReplica)('$type from the replica survives JSON', (message) => {
  expect(parseReplicaMessage(JSON.parse(JSON.stringify(message)))).toEqual(message)
  expect(parseParentMessage(message)).toBeUndefined()
})

test.each(fromParent)('$type from the parent survives JSON', (message) => {
  expect(parseParentMessage(JSON.parse(JSON.stringify(message)))).toEqual(message)
  expect(parseReplicaMessage(message)).toBeUndefined()
})

test.each([
  { type: 'mosec:cancel' },
  { type: 'mosec:cancel', ids: 1 },
  { type: 'mosec:cancel', ids: ['1'] },
  { type: 'mosec:cancel', ids: [-1] },
  { type: 'mosec:cancel', ids: [1.5] },
  { type: 'mosec:cancel', ids: [2 ** 32] },
  { type: 'mosec:grant' },
  { type: 'mosec:grant', grants: [null] },
  { type: 'mosec:grant', grants: [{ id: 1 }] },
  { type: 'mosec:grant', grants: [{ id: -1, credit: 1 }] },
  { type: 'mosec:grant', grants: [{ id: 1, credit: 0 }] },
  { type: 'mosec:grant', grants: [{ id: 1, credit: 0.5 }] },
  { type: 'drain' },
  [{ type: 'mosec:drain' }],
  'mosec:drain',
  null,
])('not the parent’s: %j', (message) => {
  expect(parseParentMessage(message)).toBeUndefined()
})

test.each([
  { type: 'mosec:hello' },
  { type: 'mosec:hello', worker: { ...worker, kind: 'triple' } },
  { type: 'mosec:hello', worker: { ...worker, requestTypes: [{ name: 'json', mimeTypes: [] }] } },
  { type: 'mosec:hello', worker: { ...worker, requestTypes: [null] } },
  { type: 'mosec:hello', worker: { ...worker, readsAnyType: 1 } },
  { type: 'mosec:hello', worker: { ...worker, needsCodecFor: 'requests' } },
  { type: 'mosec:hello', worker: { ...worker, needsCodecFor: ['questions'] } },
  { type: 'mosec:hello', worker: { ...worker, largestBatch: 0 } },
  { type: 'mosec:hello', worker: { ...worker, inputSchema: null } },
  { type: 'mosec:hello', worker: { ...worker, outputSchema: [] } },
  { type: 'mosec:hello', worker: { ...worker, examples: {} } },
  { type: 'mosec:failed', phase: 'lunch', worker: '', message: '', stack: '' },
  { type: 'mosec:log', level: 'toString', message: '', fields: {} },
  { type: 'mosec:log', level: 'info', message: '', fields: [] },
  { type: 'mosec:isolated' },
  { type: 'mosec:isolated', tasks: 0 },
  { type: 'mosec:isolated', tasks: '2' },
  { type: 'mosec:report' },
  { type: 'mosec:report', report: [] },
  { type: 'mosec:report', report: { runtime: 'tfjs' } },
  { type: 'mosec:report', report: { runtime: { runtime: 'a\nb', backend: 'wasm' } } },
  { type: 'mosec:report', report: { gauges: [] } },
  { type: 'mosec:report', report: { gauges: { tensors: '3' } } },
  { type: 'mosec:report', report: { gauges: { 'x"} 1\ny': 3 } } },
])('not the replica’s: %j', (message) => {
  expect(parseReplicaMessage(message)).toBeUndefined()
})

test('nothing that arrives makes it throw', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.constantFrom('hello', 'failed', 'log', 'report', 'cancel', 'grant', 'drain'),
      (value, name) => {
        parseReplicaMessage(value)
        parseParentMessage(value)
        const named = { ...Object(value), type: `mosec:${name}` }
        parseReplicaMessage(named)
        parseParentMessage(named)
      },
    ),
  )
})
