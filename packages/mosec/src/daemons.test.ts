import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { Daemons } from './daemons.ts'

function stubborn(): ChildProcess {
  const program = `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 60_000); console.log('up')`
  return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
}

it('kills one that does not end when it is asked to', async () => {
  const child = stubborn()
  if (child.stdout !== null) await once(child.stdout, 'data')
  const daemons = new Daemons(50)
  daemons.register('stubborn', child)
  daemons.start(() => {})
  await daemons.stop()
  expect(child.signalCode).toBe('SIGKILL')
  expect(daemons.end).toBeUndefined()
})

it('does not wait for ever for a function that ignores its signal', async () => {
  const daemons = new Daemons(10)
  daemons.register('deaf', () => new Promise(() => {}))
  daemons.start(() => {})
  await daemons.stop()
  expect(daemons.end).toBeUndefined()
})

it('tells of the first that ends, once', async () => {
  const daemons = new Daemons()
  daemons.register('one', async () => {})
  daemons.register('two', () => {
    throw new Error('at once')
  })
  const ends: unknown[] = []
  const first = await new Promise((resolve) =>
    daemons.start((end) => {
      ends.push(end)
      resolve(end)
    }),
  )
  await daemons.stop()
  expect(ends).toEqual([first])
  expect(first).toBe(daemons.end)
})

it('knows a process that ended before the start', async () => {
  const child = spawn(process.execPath, ['-e', 'process.exit(4)'])
  await once(child, 'exit')
  const daemons = new Daemons()
  daemons.register('quick', child)
  const end = await new Promise((resolve) => daemons.start(resolve))
  expect(end).toEqual({ name: 'quick', code: 4, how: 'exited with code 4' })
})

it('refuses what is no daemon, and names that are taken', () => {
  const daemons = new Daemons()
  daemons.register('one', async () => {})
  expect(() => daemons.register('one', async () => {})).toThrow('two daemons are called one')
  expect(() => daemons.register('', async () => {})).toThrow('a daemon needs a name')
  expect(() => daemons.register('two', 'redis-server' as never)).toThrow(
    'the daemon two must be a child process or a function that starts it, got string',
  )
})
