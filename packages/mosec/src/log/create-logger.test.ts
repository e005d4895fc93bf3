import { createRequire } from 'node:module'
import type { LogFields } from '@mosec/core'
import { TimeoutError } from '@mosec/core'
import { controlLogger, type ReplicaMessage } from '@mosec/worker'
import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions, type ServerLogger } from './create-logger.ts'

interface FakeLog {
  readonly logger: ServerLogger
  readonly lines: string[]
  /** The last line, parsed. */
  last(): Record<string, unknown>
}

function fakeLog(options: Partial<LoggerOptions> = {}): FakeLog {
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(line) }
  const logger = createLogger({ level: 'info', stream, ...options })
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') }
}

/** What a program without a compiler may hand over. */
const anything = (value: unknown) => value as never

describe('JSON lines', () => {
  it('have time, level, name, msg and the fields, one line each', () => {
    const { logger, lines, last } = fakeLog()
    logger.warning('queue is\nfilling', { stage: 'embed', queued: 900 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^[^\n]+\n$/)
    const { time, ...rest } = last()
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(rest).toEqual({
      level: 'warning',
      name: 'mosec',
      msg: 'queue is\nfilling',
      stage: 'embed',
      queued: 900,
    })
  })

  it.each(['debug', 'info', 'warning', 'error'] as const)('leave out what is below %s', (level) => {
    const { logger, lines } = fakeLog({ level })
    for (const method of ['debug', 'info', 'warning', 'error'] as const) logger[method](method)
    const written = lines.map((line) => JSON.parse(line).level)
    expect(written).toEqual(['debug', 'info', 'warning', 'error'].slice(4 - written.length))
    expect(written[0]).toBe(level)
  })

  it('does not look at the fields of a level that is left out', () => {
    const { logger, lines } = fakeLog()
    logger.debug('costly', new Proxy({}, { ownKeys: () => expect.fail('looked at the fields') }))
    expect(lines).toEqual([])
  })

  it('carry the fields of a child, and its own win without a second key', () => {
    const { logger, lines, last } = fakeLog()
    const child = logger.child({ stage: 'embed' }).child({ replica: 1 })
    child.info('up', { replica: 2 })
    expect(last()).toMatchObject({ stage: 'embed', replica: 2 })
    expect(lines[0]?.match(/"replica"/g)).toHaveLength(1)
    logger.info('parent')
    expect(last()).not.toHaveProperty('stage')
  })

  it('keep their own keys when a field has the same name', () => {
    const { logger, lines, last } = fakeLog()
    logger.error('told', { level: 'debug', msg: 'forged', name: 'x', time: 0 })
    expect(last()).toMatchObject({
      level: 'error',
      msg: 'told',
      name: 'mosec',
      level_: 'debug',
      msg_: 'forged',
    })
    expect(lines[0]?.match(/"level"/g)).toHaveLength(1)
  })
})

it('loads the pretty printer only for a terminal', () => {
  const isLoaded = () =>
    Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('pino-pretty'))
  fakeLog().logger.info('text')
  expect(isLoaded()).toBe(false)
  fakeLog({ isTerminal: true }).logger.info('text')
  expect(isLoaded()).toBe(true)
})

describe('errors in fields', () => {
  const cause = new Error('no route', { cause: new TypeError('inner') })
  const error = new TimeoutError('too slow', { cause })

  const here = expect.stringMatching(/^\/.*create-logger\.test\.ts:\d+:\d+$/)
  const told = {
    type: 'TimeoutError',
    message: 'too slow',
    code: 'stage_timeout',
    at: here,
    cause: {
      type: 'Error',
      message: 'no route',
      at: here,
      cause: { type: 'TypeError', message: 'inner', at: here },
    },
  }

  it.each(['err', 'error', 'reason'])(
    'are told as %s with message, code, causes and the place in the code of the user, without a stack',
    (key) => {
      const { logger, last, lines } = fakeLog()
      logger.error('failed', { [key]: error })
      expect(last()[key]).toEqual(told)
      expect(lines[0]).not.toMatch(/ at |node_modules|node:/)
    },
  )

  it('are told alike when they come from a replica, as plain data', () => {
    const { logger, last } = fakeLog()
    const send = (message: ReplicaMessage) => {
      if (message.type === 'mosec:log') logger.error(message.message, message.fields)
    }
    controlLogger({ send }).error('failed', { error })
    expect(last()['error']).toEqual(told)
  })

  it('have their stacks at level debug', () => {
    const { logger, last } = fakeLog({ level: 'debug' })
    logger.error('failed', { err: error })
    expect(last()['err']).toMatchObject({
      stack: expect.stringContaining('create-logger.test'),
      cause: { stack: expect.stringContaining('no route') },
    })
  })

  it('may be their own cause, or have one that is no error', () => {
    const { logger, last } = fakeLog()
    const circle = new Error('circle')
    circle.cause = circle
    logger.error('failed', { err: circle })
    expect(JSON.stringify(last()['err']).match(/circle/g)).toHaveLength(5)
    logger.error('failed', { err: new Error('e', { cause: 'text' }) })
    expect(last()['err']).toMatchObject({ cause: 'text' })
  })
})

describe('hostile and heavy fields', () => {
  it('never lets a body into the log', () => {
    const { logger, lines, last } = fakeLog()
    const bytes = Buffer.alloc(5_000_000, 'secret')
    logger.info('got', {
      bytes,
      buffer: bytes.buffer,
      deep: { list: [bytes] },
      text: 'secret '.repeat(100_000),
    })
    expect(last()).toMatchObject({ bytes: '[5000000 bytes]', deep: { list: ['[5000000 bytes]'] } })
    expect(lines[0]?.length).toBeLessThan(2000)
  })

  it('bounds lists, objects and depth, circles included', () => {
    const { logger, lines, last } = fakeLog()
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]))
    logger.info('big', { circle, wide, list: Array.from({ length: 1000 }, () => 0) })
    expect(last()['list']).toHaveLength(21)
    expect(lines[0]?.length).toBeLessThan(1000)
  })

  it.each<[string, LogFields]>([
    [
      'a getter that throws',
      {
        get field() {
          throw new Error('mine')
        },
      },
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('mine')
          },
        },
      ),
    ],
    ['a date that is none', { date: new Date(Number.NaN) }],
    [
      'an error that cannot be read',
      {
        err: Object.defineProperty(new Error(), 'message', {
          get() {
            throw 1
          },
        }),
      },
    ],
    ['no plain data', { big: 1n, symbol: Symbol('s'), call() {}, nan: Number.NaN, nothing: undefined }],
    ['a prototype', JSON.parse('{"__proto__": {"a": 1}, "deep": {"__proto__": {"b": 1}}}')],
    ['null', anything(null)],
    ['text', anything('text')],
  ])('never throws on %s', (_, fields) => {
    const { logger, last } = fakeLog()
    expect(() => logger.error('told', fields)).not.toThrow()
    expect(last()).toMatchObject({ level: 'error', msg: 'told' })
    expect(() => logger.child(fields).info('child')).not.toThrow()
    expect(last()).toMatchObject({ msg: 'child' })
    logger.info('and it still works', { fine: true })
    expect(last()).toMatchObject({ msg: 'and it still works', fine: true })
  })

  it.each([undefined, null, 5, {}, Object.create(null)])('never throws on the message %#', (message) => {
    const { logger, last } = fakeLog()
    expect(() => logger.info(anything(message))).not.toThrow()
    logger.info('and it still works')
    expect(last()['msg']).toBe('and it still works')
  })

  it('never throws when the stream does', () => {
    let isBroken = true
    const lines: string[] = []
    const write = (line: string) => {
      if (isBroken) throw new Error('EPIPE')
      lines.push(line)
    }
    const { logger } = fakeLog({ stream: { write } })
    expect(() => logger.error('lost')).not.toThrow()
    isBroken = false
    logger.error('and it still works')
    expect(lines).toHaveLength(1)
  })
})
