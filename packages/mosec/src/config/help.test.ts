import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionList } from './option-table.ts'
import { resolveConfig } from './resolve-config.ts'

function text(argv: readonly string[], kind: 'help' | 'version', columns?: number): string {
  const resolved = resolveConfig({ argv, env: { MOSEC_PORT: 'bad' }, columns })
  if (resolved.kind !== kind) throw new Error(`expected ${kind}, got ${resolved.kind}`)
  return resolved.text
}

describe('the help', () => {
  it('tells of every flag, with its variable', () => {
    const help = text(['--help'], 'help')
    for (const { flag, env } of optionList) {
      expect(help).toMatch(new RegExp(`^ {2}--${flag} `, 'm'))
      expect(help).toMatch(new RegExp(`^ +${env}, default `, 'm'))
    }
    expect(help).toContain('MOSEC_PORT, default 8000\n')
    expect(help).toContain('MOSEC_PATH, default a new one in /dev/shm or /tmp\n')
  })

  it('groups the flags and hides the negative ones', () => {
    const help = text(['--help'], 'help')
    expect(help.match(/^\S.*:$/gm)).toEqual([
      'Listening:',
      'Queue and time:',
      'Start and stop:',
      'Watching:',
      'Other:',
    ])
    expect(help).not.toContain('--no-dry-run')
  })

  it('fits a terminal of 80 columns', () => {
    for (const line of text(['--help'], 'help').split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('wins over bad values and over the version', () => {
    expect(text(['--version', '--port', 'x', '--help'], 'help', 120)).toContain('Usage: ')
  })
})

describe('the version', () => {
  it("is the package's", () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(manifest).toHaveProperty('version', text(['--version'], 'version').replace(/^mosec (.*)\n$/, '$1'))
  })
})

describe('the table of options', () => {
  it('names each variable after its flag', () => {
    for (const { flag, env } of optionList)
      expect(env).toBe(`MOSEC_${flag.toUpperCase().replaceAll('-', '_')}`)
  })

  it('has defaults that it allows itself', () => {
    for (const { kind, ...option } of optionList) {
      if (option.defaultText === undefined) expect(kind.accepts(option.default), option.flag).toBe(true)
    }
  })
})
