import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { runToEnd } from './run-to-end.ts'
import { fixture, post, start } from './square-client.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript)
  console.warn('skipped: logs on a terminal (util-linux, with its program `script`, is missing)')

describe('logs', () => {
  it.skipIf(!hasScript)('are pretty and coloured on a terminal', async () => {
    const command = `${process.execPath} ${fixture('square')} --port 0 --address 127.0.0.1`
    // A person's terminal says neither; Node takes CI for one without colours.
    const { NO_COLOR: _noColor, CI: _ci, ...env } = process.env
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let seen = ''
    child.stdout.on('data', (data) => {
      const wasReady = seen.includes('ready on')
      seen += data
      // Ctrl-C, as a person ends it.
      if (!wasReady && seen.includes('ready on')) child.stdin.write('\u0003')
    })
    await once(child, 'close')
    const ready = seen.split('\n').find((line) => line.includes('ready on')) ?? ''
    expect(ready).toContain('\u001b[32mINFO')
    expect(ready).toMatch(/\[\d\d:\d\d:\d\d\.\d{3}\]/)
    expect(ready).not.toContain('"level"')
    expect(seen).toContain('stopped')
  })

  it('are JSON lines otherwise, to stderr', async () => {
    const program = await start('square')
    await post(program, { x: 13 })
    await program.stop()
    expect(program.log.map(({ msg }) => msg)).toContain('stopped')
    for (const line of program.log) {
      expect(line).toMatchObject({
        name: 'mosec',
        level: expect.stringMatching(/^(debug|info|warning|error)$/),
      })
    }
    const { output, errors } = await runToEnd('broken', ['--port', '0'], { BROKEN: 'setup' })
    expect(output).toBe('')
    expect(() =>
      errors
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).not.toThrow()
  })
})

describe('a server in TypeScript, run with tsx', () => {
  it('serves a class worker and a module worker', async () => {
    const file = fileURLToPath(new URL('./fixtures/typescript.ts', import.meta.url))
    await using program = await startProgram({ file, nodeFlags: ['--import', 'tsx'] })
    expect((await post(program, 'four', '/class')).body).toBe('4')
    expect((await post(program, 4, '/module')).body).toBe('8')
  })

  it.each(['/class', '/module'])(
    '%s in a thread: from Node 22 on, and before says what to do',
    async (route) => {
      const file = fileURLToPath(new URL('./fixtures/typescript.ts', import.meta.url))
      const started = startProgram({ file, nodeFlags: ['--import', 'tsx'], env: { TEST_THREAD: route } })
      if (Number.parseInt(process.versions.node, 10) < 22) {
        await expect(started).rejects.toThrow(
          /Unknown file extension .*: on Node .* take isolation 'process'/,
        )
        return
      }
      await using program = await started
      expect((await post(program, 4, '/module')).body).toBe('8')
    },
  )
})
