import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { execArgv, fixture, isAlive } from './supervisor-rig.ts'

test.concurrent.each(['idle', 'hang'])(
  'the parent is killed: a replica that is in "%s" leaves',
  async (text) => {
    const folder = await mkdtemp(join(tmpdir(), 'mosec-worker-test-'))
    const parent = spawn(process.execPath, [...execArgv, fixture('parent.mjs'), text, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(/ready (\d+)/.exec(String(line))?.[1])
    expect(isAlive(pid)).toBe(true)

    // The replica has inherited this pipe: it ends when the last of both processes has.
    const ended = once(parent.stdout, 'end')
    parent.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true })
  },
)
