import { expect, test } from 'vitest'
import { controlLogger } from './control-logger.ts'
import type { ReplicaMessage } from './control-messages.ts'

function rig(lowest?: 'debug' | 'warning') {
  const sent: ReplicaMessage[] = []
  return { sent, logger: controlLogger({ send: (message) => sent.push(message) }, lowest) }
}

test('lines below the level are not sent', () => {
  const { sent, logger } = rig('warning')
  logger.debug('a')
  logger.info('b')
  logger.warning('c', { n: 1 })
  logger.error('d')
  expect(sent).toEqual([
    { type: 'mosec:log', level: 'warning', message: 'c', fields: { n: 1 } },
    { type: 'mosec:log', level: 'error', message: 'd', fields: {} },
  ])
})

test('an error keeps its name, message, code, stack and causes', () => {
  const { sent, logger } = rig()
  const cause = new Error('inner', { cause: 'root' })
  const error = Object.assign(new TypeError('outer', { cause }), { code: 'ENOENT' })
  logger.error('x', { error })
  expect(sent).toMatchObject([
    {
      fields: {
        error: {
          name: 'TypeError',
          message: 'outer',
          code: 'ENOENT',
          stack: expect.stringContaining('control-logger.test'),
          cause: { message: 'inner', cause: 'root' },
        },
      },
    },
  ])
})

test('what JSON cannot carry never throws', () => {
  const { sent, logger } = rig()
  const circle: { self?: unknown } = {}
  circle.self = circle
  const cause = new Error('its own cause')
  cause.cause = cause
  logger.info('x', { big: 7n, circle, nothing: undefined, bare: Object.create(null), fn: () => 1, cause })
  expect(() => JSON.stringify(sent)).not.toThrow()
  expect(sent).toMatchObject([{ fields: { big: '7', circle: '[object Object]', nothing: null } }])
})
