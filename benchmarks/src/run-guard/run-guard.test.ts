import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { isRunning } from '../process-tree.ts'
import { endAllIn } from './end-all-in.ts'

/** What a fixture and those below it said of themselves. */
interface Told {
  readonly npm?: number
  readonly script?: number
  readonly bench: number
  readonly folder: string
  /** A server and its child. */
  readonly started: readonly number[]
}

let told: Told | undefined

afterEach(() => {
  for (const pid of [told?.npm, told?.script, told?.bench])
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL')
  if (told !== undefined) endAllIn(told.folder)
})

async function start(
  fixture: 'bench' | 'npm',
): Promise<{ readonly told: Told; readonly child: ChildProcess }> {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    env: { ...process.env, npm_lifecycle_event: fixture === 'npm' ? 'bench' : 'test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let all: Partial<Told> = {}
  for await (const line of createInterface({ input: child.stdout })) {
    all = { ...all, ...JSON.parse(line) }
    if (all.started !== undefined && (fixture === 'bench' || (all.npm ?? all.script) !== undefined)) break
  }
  told = all as Told
  expect(running(told)).toEqual(told.started)
  return { told, child }
}

const running = ({ started }: Told): number[] => started.filter(isRunning)

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends all that was started, then the run, with %i', async (signal, code) => {
  const { told, child } = await start('bench')
  child.kill(signal)
  expect(await once(child, 'exit')).toEqual([code, null])
  expect([running(told), existsSync(told.folder)]).toEqual([[], false])
})

it('after kill -9 of the run its guard does', async () => {
  const { told, child } = await start('bench')
  child.kill('SIGKILL')
  await expect.poll(() => [running(told), existsSync(told.folder)]).toEqual([[], false])
})

it.each(['npm', 'script'] as const)('kill -9 of its %s ends the run, too', async (killed) => {
  const { told } = await start('npm')
  process.kill(told[killed] ?? 0, 'SIGKILL')
  await expect
    .poll(() => [isRunning(told.bench), running(told), existsSync(told.folder)])
    .toEqual([false, [], false])
})
