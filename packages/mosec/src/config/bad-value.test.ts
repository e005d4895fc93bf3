import { ConfigurationError } from '@mosec/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionList } from './option-table.ts'
import { type ConfigSources, resolveConfig } from './resolve-config.ts'
import type { ConfigDefaults } from './server-config.ts'

const resolve = (sources: Partial<ConfigSources>) => resolveConfig({ argv: [], env: {}, ...sources })

/** The complaint, after making sure that it is a good one and that the next attempt works. */
function complaint(sources: Partial<ConfigSources>): string {
  let thrown: unknown
  try {
    resolve(sources)
  } catch (error) {
    thrown = error
  }
  if (!(thrown instanceof ConfigurationError)) throw new Error(`expected a complaint, got ${String(thrown)}`)
  expect(thrown.code).toBe('configuration_error')
  expect(thrown.body).toBe(thrown.message)
  expect(thrown.message).not.toMatch(/[\n\r]/)
  expect(resolve({})).toMatchObject({ kind: 'config', config: { port: 8000 } })
  return thrown.message
}

const complaintInCode = (defaults: object): string => complaint({ defaults: defaults as ConfigDefaults })

describe('the complaint about a bad value', () => {
  it.each([
    [['--port', '80a'], '--port must be an integer from 0 to 65535, got "80a"'],
    [['--port', '65536'], '--port must be an integer from 0 to 65535, got "65536"'],
    [['--port', '-1'], '--port must be an integer from 0 to 65535, got "-1"'],
    [['--port='], '--port must be an integer from 0 to 65535, got ""'],
    [['x', '--port'], '--port needs a value: it must be an integer from 0 to 65535, got nothing'],
    [['--capacity', '0'], '--capacity must be an integer from 1 to 2147483647, got "0"'],
    [['--timeout', '1e3'], '--timeout must be an integer from 1 to 2147483647, got "1e3"'],
    [['--drain-delay', '1_000'], '--drain-delay must be an integer from 0 to 2147483647, got "1_000"'],
    [
      ['--max-request-size', '0x10'],
      '--max-request-size must be an integer from 1 to 2147483647, got "0x10"',
    ],
    [['--ready-min', 'none'], '--ready-min must be all or an integer from 1 to 2147483647, got "none"'],
    [['--log-level', 'warn'], '--log-level must be debug, info, warning or error, got "warn"'],
    [
      ['--namespace', '9a'],
      '--namespace must be letters, digits and _, not beginning with a digit, got "9a"',
    ],
    [['--address', 'a:80'], '--address must be an IP address or a host name, without a port, got "a:80"'],
    [
      ['--path', '--port'],
      `--path must be a folder's path (write ./-x for one that begins with a dash), got "--port"`,
    ],
    [['--dry-run=yes'], '--dry-run takes no value, got "yes": write --dry-run or --no-dry-run'],
  ])('from the flags %j', (argv, message) => {
    expect(complaint({ argv })).toBe(message)
  })

  it('names the variable that it is from', () => {
    // What Kubernetes sets for a service called mosec.
    expect(complaint({ env: { MOSEC_PORT: 'tcp://10.0.0.1:8000' } })).toBe(
      'MOSEC_PORT (--port) must be an integer from 0 to 65535, got "tcp://10.0.0.1:8000"',
    )
    expect(complaint({ env: { MOSEC_COMPRESSION: 'maybe' } })).toBe(
      'MOSEC_COMPRESSION (--compression) must be true (1, yes, on) or false (0, no, off), got "maybe"',
    )
  })

  it('names the option in code that it is from', () => {
    const prefix = 'option port (--port) must be an integer from 0 to 65535, got'
    expect(complaintInCode({ port: '80' })).toBe(`${prefix} "80"`)
    expect(complaintInCode({ port: Number.NaN })).toBe(`${prefix} NaN`)
    expect(complaintInCode({ port: 1.5 })).toBe(`${prefix} 1.5`)
    expect(complaintInCode({ port: null })).toBe(`${prefix} null`)
    expect(complaintInCode({ port: {} })).toBe(`${prefix} an object`)
    expect(complaintInCode({ isDryRun: 'yes' })).toContain('option isDryRun (--dry-run) must be true')
  })

  it('names an option in code that does not exist', () => {
    expect(complaintInCode({ timeout: 5 })).toMatch(
      /^"timeout" is no option of the server; there are host, port, /,
    )
    expect(complaintInCode({ toString: 5 })).toContain('"toString" is no option')
  })

  it('cuts a long value', () => {
    expect(complaint({ argv: ['--port', 'x'.repeat(10_000)] }).length).toBeLessThan(200)
  })

  it.each(['0.0.0.256', '1.2.3', '[::1]', 'http://a', 'a b', '-a', 'a..b', ''])(
    'refuses the host %j',
    (host) => {
      expect(complaintInCode({ host })).toContain('option host')
    },
  )

  it.each(['127.0.0.1', '::', 'fe80::1%eth0', 'my_host.example', 'a'])('takes the host %j', (host) => {
    expect(resolve({ argv: ['--address', host] })).toMatchObject({ config: { host } })
  })

  it('is one line that names the variable, whatever the value', () => {
    const names = optionList.map((option) => option.env)
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary-ascii' }), (name, value) => {
        try {
          expect(resolve({ env: { [name]: value } }).kind).toBe('config')
        } catch (error) {
          if (!(error instanceof ConfigurationError)) throw error
          expect(error.message).toMatch(new RegExp(`^${name} \\(--[^\\n\\r]+$`))
        }
      }),
    )
  })

  it('is the only thing that a command line can cause', () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom('--port', '--no-port', '--path=', '--', '-', '--dry-run', '--__proto__'),
    )
    fc.assert(
      fc.property(fc.array(words), (argv) => {
        try {
          expect(['config', 'help', 'version']).toContain(resolveConfig({ argv, env: {} }).kind)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError)
        }
      }),
    )
  })

  it('counts integers exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), (port) => {
        expect(resolve({ argv: ['--port', String(port)] })).toMatchObject({ config: { port } })
      }),
    )
  })
})
