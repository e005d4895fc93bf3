/** Ten thousand connections that want nothing: they cost little, hold up nobody, and end with the server. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { fixture, get, post, start } from './square-client.ts'

const CONNECTIONS = 10_000
/** For all other files and sockets of a process. */
const SPARE_FILES = 200
/** What one may cost, in bytes: measured 8,800. */
const MAX_BYTES_EACH = 20_000
const SHUTDOWN_MS = 10_000

const allowed = Number(
  execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim().replace('unlimited', 'Infinity'),
)
const isPossible = allowed >= CONNECTIONS + SPARE_FILES
if (!isPossible)
  console.log(`skipped: ${CONNECTIONS} connections need more than the ${allowed} files of "ulimit -n"`)

it.skipIf(!isPossible)(
  '10,000 idle connections: the server serves, holds less than 20 kB for each, and shuts down',
  async () => {
    await using program = await start('square')
    await post(program, { x: 1 })
    const before = memoryOf(program.pid)
    const clients = spawn(
      process.execPath,
      [fixture('idle-clients'), new URL(program.url).port, String(CONNECTIONS)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    const lines = createInterface({ input: clients.stdout })[Symbol.asyncIterator]()
    const says = async (): Promise<unknown> => (await lines.next()).value
    try {
      expect(await says()).toBe('all open')
      await eachIsServed()
      clients.stdin.write('use half\n')
      expect(await says()).toBe('half used')
      await eachIsServed()
      const bytesEach = Math.round((memoryOf(program.pid) - before) / CONNECTIONS)
      console.log(`${CONNECTIONS} idle connections, half of them used: ${bytesEach} bytes each`)
      expect(bytesEach).toBeLessThan(MAX_BYTES_EACH)

      const startMs = performance.now()
      expect(await program.stop()).toEqual({ code: 0, signal: null })
      expect(performance.now() - startMs).toBeLessThan(SHUTDOWN_MS)
      expect(await says()).toBe('all closed')
    } finally {
      clients.stdin.end()
      clients.kill()
      if (clients.exitCode === null && clients.signalCode === null) await once(clients, 'exit')
    }

    async function eachIsServed(): Promise<void> {
      for (const x of [2, 3]) expect(JSON.parse((await post(program, { x })).body).x).toBe(x * x)
      expect((await get(program, '/healthz')).status).toBe(200)
    }
  },
)

/** Bytes that a process has in memory: VmRSS of proc(5). */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
