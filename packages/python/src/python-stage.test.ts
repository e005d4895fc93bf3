import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { interpreterOf } from './interpreter.ts'
import { pythonStage } from './python-stage.ts'

it('names the stage after the class', () => {
  const { worker, options } = pythonStage('models/detector.py:Detector', {
    python: 'x',
    cwd: '/',
    replicas: 2,
  })
  expect(worker.workerName).toBe('Detector')
  expect(options).toEqual({ replicas: 2 })
  expect(pythonStage('package.module:Outer.Inner').worker.workerName).toBe('Inner')
})

it.each(['model.py', ':Detector', 'model.py:', 'model.py:not a name', ''])(
  'refuses %j, once it is looked at',
  (target) => {
    const { worker } = pythonStage(target)
    expect(() => worker.check?.()).toThrow("'model.py:Detector'")
  },
)

it('finds the interpreter: named, of the active environment, in .venv, of the system', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'mosec-test-'))
  try {
    expect(interpreterOf('python3.12', { cwd, env: {} })).toBe('python3.12')
    expect(interpreterOf('env/bin/python', { cwd, env: {} })).toBe(join(cwd, 'env/bin/python'))
    expect(interpreterOf('/usr/bin/python3', { cwd, env: {} })).toBe('/usr/bin/python3')
    expect(interpreterOf(undefined, { cwd, env: {} })).toBe('python3')
    const [active, local] = [join(cwd, 'active/bin'), join(cwd, '.venv/bin')]
    for (const folder of [local, active]) {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'python'), '')
    }
    expect(interpreterOf(undefined, { cwd, env: {} })).toBe(join(local, 'python'))
    expect(interpreterOf(undefined, { cwd, env: { VIRTUAL_ENV: join(cwd, 'active') } })).toBe(
      join(active, 'python'),
    )
  } finally {
    await rm(cwd, { recursive: true })
  }
})
