/** What becomes of a Python replica that crashes, hangs, prints, or loses its server. */

import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Program, type StartProgramOptions, startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { childrenOf, isRunning } from '../running-processes.ts'
import { tempFolder } from '../temp-folder.ts'
import { noPython, pythons } from './pythons.ts'

const file = fileURLToPath(new URL('fixtures/life.mjs', import.meta.url))

/** The machine may be busy. */
const WITHIN = { timeout: 10_000 }

describe.skipIf(noPython !== undefined).each(pythons)(
  'the life of a Python replica, Mosec $name',
  ({ path }) => {
    const start = (
      options: Readonly<Record<string, unknown>> = {},
      more: Partial<StartProgramOptions> = {},
    ): Promise<Program> =>
      startProgram({
        file,
        flags: ['--timeout', '20000'],
        ...more,
        env: { TEST_PYTHON: path, TEST_OPTIONS: JSON.stringify(options), ...more.env },
      })

    const post = async (program: Program, body: unknown): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${program.url}/inference`, { method: 'POST', body: JSON.stringify(body) })
      return { status: response.status, text: await response.text() }
    }

    /** Once it is up: requests are refused while it is down. */
    const pidOf = async (program: Program): Promise<number> => {
      const ask = async (): Promise<unknown> => {
        const { status, text } = await post(program, {})
        return status === 200 ? JSON.parse(text).pid : undefined
      }
      await expect.poll(ask, WITHIN).toBeTypeOf('number')
      return Number(await ask())
    }

    /** All processes of the server's replicas. */
    const family = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...family(child)])

    it.each([
      ['crash', 'was killed by SIGSEGV'],
      ['exit', 'exited with code 3'],
    ])(
      'one that dies is started again; its task is tried once more, then answered 500: %s',
      async (how, words) => {
        await using program = await start()
        const before = await pidOf(program)
        expect(await post(program, { do: how })).toEqual({ status: 500, text: 'worker crashed' })
        await program.logged(({ msg }) => msg?.includes(words) === true)
        expect(await pidOf(program)).not.toBe(before)
      },
    )

    it.each([
      ['exit', 'SystemExit: 3'],
      ['interrupt', 'KeyboardInterrupt'],
    ])('a forward that ends its process is told in one record, with its trace: %s', async (how, words) => {
      await using program = await start()
      expect((await post(program, { do: how })).status).toBe(500)
      const line = await program.logged(({ msg }) => msg?.startsWith('Life ended its process: ') === true)
      expect(line).toMatchObject({ level: 'error', stage: 'life', replica: 1 })
      const [first, second] = String(line.msg)
        .replace(/line \d+/, 'line N')
        .split('\n')
      expect(first).toBe(`Life ended its process: ${words} (workers.py, line N, in forward)`)
      expect(second).toBe('Traceback (most recent call last):')
      expect(program.log.filter(({ stream }) => stream === 'stderr')).toEqual([])
    })

    it('one that hangs in native code is killed after its timeout and started again', async () => {
      await using program = await start({ timeoutMs: 500 })
      const before = await pidOf(program)
      expect(await post(program, { do: 'hang' })).toEqual({
        status: 408,
        text: 'mosec timeout error: forward did not end within 500 ms',
      })
      await expect.poll(() => isRunning(before), WITHIN).toBe(false)
      expect(await pidOf(program)).not.toBe(before)
      // It is not computed again.
      expect(program.log.filter(({ msg }) => msg === 'hanging')).toHaveLength(1)
    })

    it('timeoutMs interrupts Python code, with a fraction of a second too', async () => {
      await using program = await start({ timeoutMs: 300 })
      const before = await pidOf(program)
      expect(await post(program, { do: 'sleep', seconds: 1000 })).toEqual({
        status: 408,
        text: 'mosec timeout error: forward took longer than 0.3 s',
      })
      expect(await pidOf(program)).toBe(before)
    })

    it('a forward that runs on past the deadline of its batch is interrupted, and its replica lives', async () => {
      await using program = await start({ maxBatchSize: 1 }, { flags: ['--timeout', '700'] })
      const before = await pidOf(program)
      expect(await post(program, { do: 'sleep', seconds: 1000 })).toEqual({
        status: 408,
        text: 'inference timeout',
      })
      await program.logged(({ msg }) => msg?.endsWith('the deadline of the whole batch is over') === true)
      expect(await pidOf(program)).toBe(before)
    })

    it('prints and logs appear in the log with stage and replica, and break nothing', async () => {
      await using program = await start()
      expect((await post(program, { do: 'print' })).status).toBe(200)
      expect((await post(program, { do: 'log' })).status).toBe(200)
      const place = { stage: 'life', replica: 1 }
      const line = (text: string) => program.logged(({ msg }) => msg === text)
      expect(await line('no end of line')).toMatchObject({ ...place, level: 'info', stream: 'stdout' })
      expect(await line('a line of stderr')).toMatchObject({ ...place, level: 'warning', stream: 'stderr' })
      expect(await line('a warning of get_logger')).toMatchObject({ ...place, level: 'warning' })
      expect(await line('an error of logging')).toMatchObject({ ...place, level: 'error', logger: 'mine' })
      expect(await line('an info of logging')).toMatchObject({ ...place, level: 'info' })
      expect((await post(program, {})).status).toBe(200)
    })

    it('the port opens only when the replica, slow to start, is ready', async () => {
      await using program = await start({}, { env: { TEST_TARGET: 'workers.py:SlowToStart' } })
      expect((await post(program, { x: 1 })).status).toBe(200)
    })

    it('SIGTERM: what is computed is answered, then everything ends', async () => {
      await using temp = await tempFolder()
      const program = await start({ replicas: 2 }, { flags: ['--path', temp.path, '--timeout', '20000'] })
      const replicas = family(program.pid)
      const answer = post(program, { do: 'sleep', seconds: 0.5 })
      await program.logged(({ msg }) => msg === 'sleeping')
      expect(await program.stop()).toEqual({ code: 0, signal: null })
      expect((await answer).status).toBe(200)
      expect(replicas.filter(isRunning)).toEqual([])
      expect(await readdir(temp.path)).toEqual([])
    })

    it('what a replica has started and left behind keeps the server from no end', async () => {
      const program = await start()
      const { left } = JSON.parse((await post(program, { do: 'leave' })).text)
      expect(await program.stop()).toEqual({ code: 0, signal: null })
      expect(isRunning(left)).toBe(true)
      process.kill(left)
    })

    it('kill -9 of the server: all replicas end, one that hangs in native code too, and nothing is left', async () => {
      await using temp = await tempFolder()
      const program = await start({ replicas: 2 }, { flags: ['--path', temp.path, '--timeout', '20000'] })
      const replicas = family(program.pid)
      expect(replicas.length).toBeGreaterThanOrEqual(2)
      void post(program, { do: 'hang' }).catch(() => 'cut off')
      await program.logged(({ msg }) => msg === 'hanging')

      process.kill(program.pid, 'SIGKILL')
      await expect.poll(() => replicas.filter(isRunning), WITHIN).toEqual([])
      await program.ended
      await expect.poll(() => readdir(temp.path), WITHIN).toEqual([])
    })

    it('kill -9 of the guard ends the replica, and it is started again', async () => {
      await using program = await start()
      const before = await pidOf(program)
      for (const guard of childrenOf(program.pid)) process.kill(guard, 'SIGKILL')
      await expect.poll(() => isRunning(before), WITHIN).toBe(false)
      expect(await pidOf(program)).not.toBe(before)
    })
  },
)
