/** `mosec python`, called wrongly or with a file that does not serve: what it says, and the command that mends it. */

import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../temp-folder.ts'
import { noPython, pythons } from './pythons.ts'

const command = fileURLToPath(new URL('../../bin/mosec.js', import.meta.url))
const services = fileURLToPath(new URL('fixtures/services', import.meta.url))

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))('mosec python, misused', ({ path }) => {
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'python', ...args], {
      cwd: services,
      encoding: 'utf8',
      env: { ...process.env, PYTHONNOUSERSITE: '1' },
    })
    return { status, text: stdout + stderr }
  }

  it('tells how it is called', () => {
    expect(run()).toMatchObject({ status: 2, text: expect.stringContaining('Usage: mosec python') })
    const help = run('echo.py', '--help')
    expect(help).toMatchObject({ status: 0, text: expect.stringContaining('--max-request-size') })
  })

  it.each([
    [['nowhere.py'], 'nowhere.py: there is no file '],
    [['--port', '0'], 'Usage: mosec python'],
    [['../workers.py'], '../workers.py exited with code 0 before it called server.run()'],
  ])('says what is wrong with the file: %j', (args, text) => {
    const { status, text: told } = run('--python', path, ...args)
    expect(status).not.toBe(0)
    expect(told).toContain(text)
  })

  it.each([
    ['from mosec import Server\nServer(', '-m py_compile '],
    ['import not_there', `not_there, which is not installed: ${path} -m pip install 'not_there'`],
    ['from mosec import Server\nServer().run()', 'no worker registered'],
    ['x = 1\n1 / 0', 'ZeroDivisionError: division by zero (server.py, line 2, in <module>)'],
    ['def load():\n  int("x")\nload()', "'x' (server.py, line 2, in load)"],
  ])('says what is wrong in the file: %j', async (source, text) => {
    await using temp = await tempFolder()
    await writeFile(join(temp.path, 'server.py'), source)
    const { status, text: told } = run('--python', path, join(temp.path, 'server.py'))
    expect(status).toBe(1)
    const lines = told.split('\n').filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', msg: expect.stringContaining(text) }),
    ])
  })

  it('names the interpreter that is not there, and a package that it has not', () => {
    const nowhere = run('--python', '/no/such/python', 'echo.py')
    expect(nowhere).toMatchObject({
      status: 1,
      text: expect.stringContaining('there is no Python at /no/such/python'),
    })
    expect(nowhere.text).toContain('python3 -m venv .venv && .venv/bin/python -m pip install mosec')
    // The interpreter that the environment was made from.
    const bare = realpathSync(path)
    expect(run('--python', bare, 'echo.py')).toMatchObject({
      status: 1,
      text: expect.stringMatching(/no package mosec; install it: .* -m pip install 'mosec>=0\.9'/),
    })
  })

  it('--dry-run runs the examples through all stages, and tells what failed', () => {
    const { status, text } = run('--python', path, 'echo.py', '--dry-run')
    expect(text).toContain('Read_1: ')
    expect(text).toContain("in   dict {'seconds': 0}")
    expect(text).toContain('(24 bytes of application/json)')
    expect(text).toContain('dry run passed: 1 example, 3 stages')
    expect(status).toBe(0)
    const failed = run('--python', path, 'misfits.py', '--dry-run')
    expect(failed.text).toContain("FAILED  TypeError: unsupported operand type(s) for +: 'int' and 'str'")
    expect(failed.text).toContain('dry run FAILED in Add_2')
    expect(failed.status).toBe(1)
  })

  it('a wrong flag is exit 2, as of every server', () => {
    const { status, text } = run('--python', path, 'echo.py', '--port', 'many')
    expect(status).toBe(2)
    expect(text).toMatch(/--port/)
  })
})
