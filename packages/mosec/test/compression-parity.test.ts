/** `--compression` on a real server: both ways, negotiated, and bombs. */

import { readFileSync } from 'node:fs'
import * as zlib from 'node:zlib'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { get, post, start } from './square-client.ts'

const MEBIBYTE = 1024 * 1024
const zstdCompressSync: unknown = Reflect.get(zlib, 'zstdCompressSync')

describe('--compression', () => {
  let program: Program
  beforeAll(async () => {
    program = await start('echo', { flags: ['--compression'] })
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  const send = (body: Uint8Array, headers: Record<string, string>): Promise<Response> =>
    fetch(`${program.url}/inference`, { method: 'POST', body: Buffer.from(body), headers })

  it('--compression: gzip, request and response, negotiated', async () => {
    const body = zlib.gzipSync(JSON.stringify({ text: 'again and ', times: 1000 }))
    const response = await send(body, { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' })
    expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'gzip'])
    expect(response.headers.get('vary')).toBe('accept-encoding')
    expect(Number(response.headers.get('content-length'))).toBeLessThan(500)
    expect(await response.json()).toEqual({ text: 'again and '.repeat(1000) })
    const plain = await send(Buffer.from('{"text":"again and ","times":1000}'), {
      'accept-encoding': 'identity',
    })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.json()).toEqual({ text: 'again and '.repeat(1000) })
  })

  it('--compression: zstd where Node has it, else 415 and never chosen', async () => {
    const headers = { 'content-encoding': 'zstd', 'accept-encoding': 'zstd' }
    const json = Buffer.from(JSON.stringify({ text: 'again and ', times: 1000 }))
    if (typeof zstdCompressSync !== 'function') {
      const refused = await send(json, headers)
      expect([refused.status, refused.headers.get('accept-encoding')]).toEqual([415, 'gzip'])
      const { 'accept-encoding': accepted } = headers
      expect((await send(json, { 'accept-encoding': accepted })).headers.get('content-encoding')).toBeNull()
      return
    }
    const response = await send(zstdCompressSync(json), headers)
    expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'zstd'])
    expect(Number(response.headers.get('content-length'))).toBeLessThan(500)
  })

  it('--compression: an unknown encoding is 415, corrupt bytes are 400', async () => {
    const unknown = await send(Buffer.from('x'), { 'content-encoding': 'br' })
    expect(unknown.status).toBe(415)
    expect(unknown.headers.get('accept-encoding')).toContain('gzip')
    const corrupt = await send(Buffer.from('no gzip'), { 'content-encoding': 'gzip' })
    expect([corrupt.status, await corrupt.text()]).toEqual([
      400,
      'decoding error: the body is not valid gzip',
    ])
  })

  it('a decompressed body counts against the size limit (no zip bomb): a gibibyte is 413, memory flat', async () => {
    const part = zlib.gzipSync(Buffer.alloc(16 * MEBIBYTE))
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => part))
    expect(bomb.length).toBeLessThan(2 * MEBIBYTE)
    await post(program, { text: 'warm' })
    const before = peakBytes(program.pid)
    for (let count = 0; count < 3; count++) {
      const response = await send(bomb, { 'content-encoding': 'gzip' })
      expect([response.status, await response.text()]).toEqual([413, 'request body is too large'])
    }
    expect(peakBytes(program.pid) - before).toBeLessThan(100 * MEBIBYTE)
    expect((await post(program, { text: 'still works' })).status).toBe(200)
  })

  it('metrics are compressed for Prometheus, which asks for gzip', async () => {
    const response = await fetch(`${program.url}/metrics`, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toContain('mosec_service_throughput_total')
    expect((await get(program, '/healthz')).headers.get('content-encoding')).toBeNull()
  })
})

/** The most memory that a process ever had. */
function peakBytes(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
