import { describe, expect, it } from 'vitest'
import { isTokenVisible, withoutToken } from './keep-secret.ts'

describe('the token among the arguments', () => {
  it.each([
    [[], [], false],
    [['--port', '1'], ['--port', '1'], false],
    [['--admin', 'secret', '--port', '1'], ['--port', '1'], true],
    [['a', '--admin=secret'], ['a'], true],
    [['--admin', '@/run/token', 'a'], ['a'], false],
    [['--admin=@/run/token'], [], false],
    [['--admin', 'secret', '--admin', '@/run/token'], [], true],
    [['--admin'], [], false],
    [['a', '--', '--admin', 'mine'], ['a', '--', '--admin', 'mine'], false],
    [['--administer', 'x'], ['--administer', 'x'], false],
  ])('%j', (args, rest, isVisible) => {
    expect(withoutToken(args)).toEqual(rest)
    expect(isTokenVisible(args)).toBe(isVisible)
  })
})
