/** A Python stage that cannot start says in one line why, and what mends it. */

import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../temp-folder.ts'
import { noPython, pythons } from './pythons.ts'

const file = fileURLToPath(new URL('fixtures/life.mjs', import.meta.url))

interface Failed {
  readonly code: number | null
  /** The line that says it. */
  readonly message: string
}

function fail(env: Readonly<Record<string, string>>): Promise<Failed> {
  const child = spawn(process.execPath, [file, '--port', '0'], { env: { ...process.env, ...env } })
  let log = ''
  child.stderr.on('data', (data) => {
    log += data
  })
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, message: errorOf(log) }))
  })
}

function errorOf(log: string): string {
  const lines = log.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line)).find(({ level }) => level === 'error')?.msg ?? log
}

/** What pip leaves of it, as far as we look. */
async function oldMosec(folder: string): Promise<void> {
  for (const name of ['mosec', 'mosec-0.8.9.dist-info']) await mkdir(join(folder, name))
  for (const name of ['__init__', 'coordinator']) await writeFile(join(folder, 'mosec', `${name}.py`), '')
  await writeFile(
    join(folder, 'mosec-0.8.9.dist-info', 'METADATA'),
    'Metadata-Version: 2.1\nName: mosec\nVersion: 0.8.9\n',
  )
}

describe('a Python stage without Python', () => {
  it('says in one line, as a wrong setting, how a class is named', async () => {
    expect(await fail({ TEST_TARGET: 'model.py' })).toEqual({
      code: 2,
      message: "a Python worker is named by file or module, and class: 'model.py:Detector'; got 'model.py'",
    })
  })

  it('a --path that is too long for sockets: the limit, and what to do', async () => {
    await using temp = await tempFolder()
    const { code, message } = await fail({ MOSEC_PATH: join(temp.path, 'd'.repeat(80)) })
    expect(code).toBe(2)
    expect(message).toMatch(/bytes, and the system takes 10[37] \(sun_path, less its end\): choose a folder /)
    expect(message).toContain(' by --path or ')
  })

  it('names the interpreter that is not there, and how to make one', async () => {
    const { code, message } = await fail({ TEST_PYTHON: '/no/such/python' })
    expect(code).toBe(1)
    expect(message).toMatch(/^stage 'life', replica 1: .*there is no Python at \/no\/such\/python/)
    expect(message).toMatch(/; make one: python3 -m venv \.venv && \.venv\/bin\/python -m pip install mosec$/)
  })
})

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))(
  'what is wrong with a Python stage',
  ({ path }) => {
    const failure = async (source: string, target = 'model.py:Model'): Promise<string> => {
      await using temp = await tempFolder()
      await writeFile(join(temp.path, 'model.py'), source)
      const { code, message } = await fail({
        TEST_PYTHON: path,
        TEST_TARGET: target,
        TEST_OPTIONS: JSON.stringify({ cwd: temp.path }),
      })
      expect(code).toBe(1)
      return message
    }

    it.each([
      [
        'import mosec\nclass Other(mosec.Worker):\n  pass\n',
        'model.py has no class Model at its top level; its workers are Other',
      ],
      ['', 'model.py has no class Model at its top level; it has no class that extends mosec.Worker'],
      ['class Model: pass', 'Model of model.py is no worker: its class must extend mosec.Worker'],
      ['class Model(', '-m py_compile '],
      ['import not_there', `not_there, which is not installed: ${path} -m pip install 'not_there'`],
      ['1 / 0', 'ZeroDivisionError: division by zero'],
    ])('the file: %s', async (source, text) => {
      const message = await failure(source)
      expect(message).toMatch(/^stage 'life', replica 1: load of worker Model failed: /)
      expect(message).toContain(text)
    })

    it('the file is not there', async () => {
      expect(await failure('', 'other.py:Model')).toContain('there is no file ')
      expect(await failure('', 'not.there:Model')).toContain('there is no module not')
    })

    it.each([
      ['FailsInSetUp', 'set-up of worker FailsInSetUp failed: RuntimeError: no weights here', '__init__'],
      ['FailsInWarmUp', "warm-up of worker FailsInWarmUp failed: KeyError: 'y'", 'forward'],
    ])('the class, and the line: %s', async (name, text, method) => {
      const { code, message } = await fail({ TEST_PYTHON: path, TEST_TARGET: `workers.py:${name}` })
      const place = message.replace(/line \d+/, 'line N')
      expect({ code, place }).toEqual({
        code: 1,
        place: `stage 'life', replica 1: ${text} (workers.py, line N, in ${method})`,
      })
    })

    it('a Python without msgpack: the command, where values cross the border, and no word elsewhere', async () => {
      const PYTHONPATH = fileURLToPath(new URL('fixtures/without-msgpack', import.meta.url))
      const env = { TEST_PYTHON: path, TEST_TARGET: 'workers.py:Life', PYTHONPATH }
      const { message } = await fail({ ...env, TEST_NEIGHBOUR: '1' })
      expect(message).toContain(`which needs msgpack: ${path} -m pip install 'msgpack'`)
      await using program = await startProgram({ file, env })
      expect((await fetch(`${program.url}/inference`, { method: 'POST', body: '{}' })).status).toBe(200)
    })

    it('a mosec that is too old: which it is, and the command', async () => {
      await using temp = await tempFolder()
      await oldMosec(temp.path)
      const env = { TEST_PYTHON: path, TEST_TARGET: 'workers.py:Life', PYTHONPATH: temp.path }
      const { code, message } = await fail(env)
      expect(code).toBe(1)
      expect(message).toContain(
        `mosec 0.8.9 is too old: 0.9 or newer is needed: ${path} -m pip install 'mosec>=0.9'`,
      )
    })

    it('a Python without mosec: the command that installs it', async () => {
      // The interpreter that the environment was made from.
      const bare = realpathSync(path)
      const { message } = await fail({
        TEST_PYTHON: bare,
        TEST_TARGET: 'workers.py:Life',
        PYTHONNOUSERSITE: '1',
      })
      expect(message).toContain(`no package mosec; install it: ${bare} -m `)
      expect(message).toMatch(/ -m pip install 'mosec>=0\.9'$/)
    })
  },
)
