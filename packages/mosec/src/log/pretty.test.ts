import { describe, expect, it } from 'vitest'
import { createLogger } from './create-logger.ts'

function terminal(hasColors: boolean) {
  const lines: string[] = []
  const stream = { isTTY: true, hasColors: () => hasColors, write: (line: string) => lines.push(line) }
  return { stream, lines }
}

describe('on a terminal', () => {
  it('a line has the local time, the level, the message and the fields', () => {
    const { stream, lines } = terminal(false)
    createLogger({ level: 'info', stream }).child({ stage: 'embed' }).warning('slow', { replica: 2 })
    expect(lines.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARNING: slow \{"stage":"embed","replica":2\}\n$/,
    )
  })

  it('levels have colours where the terminal has', () => {
    const { stream, lines } = terminal(true)
    const logger = createLogger({ level: 'debug', stream })
    for (const level of ['debug', 'info', 'warning', 'error'] as const) logger[level]('text')
    const colors = lines.map((line) => line.split('\u001b[')[1])
    expect(colors).toEqual(['34mDEBUG', '32mINFO', '33mWARNING', '31mERROR'])
  })

  it('errors are laid out, without a stack unless at debug', () => {
    const { stream, lines } = terminal(false)
    const err = new Error('outer', { cause: new Error('inner') })
    createLogger({ level: 'info', stream }).error('failed', { err })
    expect(lines[0]).toContain('ERROR: failed')
    expect(lines[0]).toMatch(/"message": "outer",\n +"at": ".*pretty.test.ts:\d+:\d+",\n +"cause": \{/)
    expect(lines[0]).not.toContain('stack')
    createLogger({ level: 'debug', stream }).error('failed', { err })
    expect(lines[1]).toMatch(/stack.*\n? +at .*pretty.test/s)
  })

  it('a client cannot steer the terminal', () => {
    const { stream, lines } = terminal(false)
    const hostile = '\u001b]0;title\u0007\u001b[2J\u009b2J\r'
    createLogger({ level: 'info', stream }).info(hostile, { hostile, err: new Error(hostile) })
    const controls = [...lines.join('')].filter((sign) => /\p{Cc}/u.test(sign) && sign !== '\n')
    expect(controls).toEqual([])
  })

  it('is pretty only if wanted', () => {
    const { stream, lines } = terminal(true)
    createLogger({ level: 'info', stream, isTerminal: false }).info('text')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'text' })
  })
})
