import { describe, expect, it } from 'vitest'
import { foreignFlags } from './command-line.ts'
import { type ConfigSources, resolveConfig } from './resolve-config.ts'
import type { ServerConfig } from './server-config.ts'

function config(sources: Partial<ConfigSources>): ServerConfig {
  const resolved = resolveConfig({ argv: [], env: {}, ...sources })
  if (resolved.kind !== 'config') throw new Error(`expected a configuration, got ${resolved.kind}`)
  return resolved.config
}

describe('resolveConfig', () => {
  it('has the defaults of Mosec', () => {
    expect(config({})).toEqual({
      host: '0.0.0.0',
      port: 8000,
      backlog: 511,
      maxRequestBytes: 10_485_760,
      isCompressionOn: false,
      ingress: 0,
      adminToken: undefined,
      capacity: 1024,
      timeoutMs: 3000,
      refuseLate: true,
      socketFolder: undefined,
      readyMin: 'all',
      drainDelayMs: 0,
      isDryRun: false,
      namespace: 'mosec_service',
      logLevel: 'info',
    })
  })

  it('reads every flag', () => {
    const argv = [
      ...['--address', '::1', '--port', '0', '--max-request-size=1', '--compression', '--capacity', '1'],
      ...['--admin', '@/run/token', '--ingress', '4', '--backlog', '2147483647'],
      ...['--timeout', '2147483647', '--path', '/tmp/a b', '--ready-min', '2', '--drain-delay', '5'],
      '--no-refuse-late',
      ...['--dry-run', '--namespace', '_a9', '--log-level', 'warning'],
    ]
    expect(config({ argv })).toEqual({
      host: '::1',
      port: 0,
      backlog: 2_147_483_647,
      maxRequestBytes: 1,
      isCompressionOn: true,
      ingress: 4,
      adminToken: '@/run/token',
      capacity: 1,
      timeoutMs: 2_147_483_647,
      refuseLate: false,
      socketFolder: '/tmp/a b',
      readyMin: 2,
      drainDelayMs: 5,
      isDryRun: true,
      namespace: '_a9',
      logLevel: 'warning',
    })
  })

  it('reads every environment variable', () => {
    const env = {
      MOSEC_ADDRESS: 'localhost',
      MOSEC_PORT: '65535',
      MOSEC_BACKLOG: '1',
      MOSEC_MAX_REQUEST_SIZE: '7',
      MOSEC_COMPRESSION: 'on',
      MOSEC_INGRESS: '2',
      MOSEC_ADMIN: 'a-token-of-sixteen',
      MOSEC_CAPACITY: '3',
      MOSEC_TIMEOUT: '4',
      MOSEC_REFUSE_LATE: 'no',
      MOSEC_PATH: 'run',
      MOSEC_READY_MIN: 'all',
      MOSEC_DRAIN_DELAY: '0',
      MOSEC_DRY_RUN: 'True',
      MOSEC_NAMESPACE: 'mine',
      MOSEC_LOG_LEVEL: 'debug',
    }
    expect(config({ env, defaults: { readyMin: 3, drainDelayMs: 9 } })).toEqual({
      host: 'localhost',
      port: 65_535,
      backlog: 1,
      maxRequestBytes: 7,
      isCompressionOn: true,
      ingress: 2,
      adminToken: 'a-token-of-sixteen',
      capacity: 3,
      timeoutMs: 4,
      refuseLate: false,
      socketFolder: 'run',
      readyMin: 'all',
      drainDelayMs: 0,
      isDryRun: true,
      namespace: 'mine',
      logLevel: 'debug',
    })
  })

  it('prefers flag to environment to code to default', () => {
    const defaults = { port: 3 }
    const env = { MOSEC_PORT: '2' }
    expect(config({ argv: ['--port', '1'], env, defaults }).port).toBe(1)
    expect(config({ env, defaults }).port).toBe(2)
    expect(config({ defaults }).port).toBe(3)
    expect(config({ defaults: { port: undefined } }).port).toBe(8000)
  })

  it('lets a flag turn off what the environment or the code turns on', () => {
    const env = { MOSEC_COMPRESSION: '1' }
    expect(config({ argv: ['--no-compression'], env }).isCompressionOn).toBe(false)
    expect(
      config({ env: { MOSEC_COMPRESSION: '' }, defaults: { isCompressionOn: true } }).isCompressionOn,
    ).toBe(false)
  })

  it.each(['0', 'false', 'no', 'off', 'OFF', ''])('reads %j in the environment as off', (word) => {
    expect(config({ env: { MOSEC_DRY_RUN: word }, defaults: { isDryRun: true } }).isDryRun).toBe(false)
  })

  it.each(['1', 'true', 'yes', 'on', 'YES'])('reads %j in the environment as on', (word) => {
    expect(config({ env: { MOSEC_DRY_RUN: word } }).isDryRun).toBe(true)
  })

  it('takes an empty variable as not set, switches aside', () => {
    expect(config({ env: { MOSEC_PORT: '', MOSEC_PATH: '' }, defaults: { port: 5 } })).toMatchObject({
      port: 5,
      socketFolder: undefined,
    })
  })

  it('takes the last one of repeated flags', () => {
    expect(config({ argv: ['--port', '1', '--port=2', '--dry-run', '--no-dry-run'] })).toMatchObject({
      port: 2,
      isDryRun: false,
    })
  })

  it("leaves the user's flags and words alone", () => {
    const argv = [
      'serve',
      '--model',
      'm',
      '-p',
      '--port',
      '9',
      '--por=1',
      '-h',
      '-abc',
      '--no-port',
      'x',
      '--',
      '--port',
      'z',
    ]
    expect(config({ argv }).port).toBe(9)
    expect(config({ argv: ['--', '--help', '--compression=1'] }).isCompressionOn).toBe(false)
  })

  it("names the user's flags, without their values", () => {
    const argv = [
      '--model=secret',
      '--port',
      '9',
      '-v',
      '--prot',
      '-5',
      '--model',
      'x',
      '--dry-run',
      '--',
      '--z',
    ]
    expect(foreignFlags(argv)).toEqual(['--model', '-v', '--prot'])
    expect(foreignFlags(['--port=1', '--no-dry-run', 'word'])).toEqual([])
  })

  it('does not check what loses', () => {
    expect(config({ argv: ['--port', '1'], env: { MOSEC_PORT: 'x' } }).port).toBe(1)
  })

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(config({}))).toBe(true)
  })
})
