import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { onceForAll } from './once-for-all.ts'

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href
const fixture = fileURLToPath(new URL('../../test/fixtures/taking-turn.ts', import.meta.url))

/** Something that several want, with how often it was made. */
class Shared {
  made = 0
  readonly name = randomUUID()
  #thing: number | undefined

  want(timeoutMs = 60_000): Promise<number> {
    return onceForAll({
      name: this.name,
      timeoutMs,
      find: async () => this.#thing,
      make: async () => {
        this.made += 1
        await new Promise(setImmediate)
        this.#thing = 7
        return 7
      },
    })
  }
}

async function holder(name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', loader, fixture, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

describe('onceForAll', () => {
  it('makes a thing once, however many want it', async () => {
    const shared = new Shared()
    const all = Array.from({ length: 20 }, () => shared.want())
    expect(await Promise.all(all)).toEqual(Array(20).fill(7))
    expect(shared.made).toBe(1)
    expect(await shared.want()).toBe(7)
    expect(shared.made).toBe(1)
  })

  it('waits for another process, and one takes over when that is killed', async () => {
    const shared = new Shared()
    const child = await holder(shared.name)
    const all = Array.from({ length: 5 }, () => shared.want())
    // Each has looked, and found nothing and the turn taken.
    expect(await Promise.race([...all, new Promise((resolve) => setImmediate(resolve))])).toBeUndefined()
    expect(shared.made).toBe(0)
    child.kill('SIGKILL')
    expect(await Promise.all(all)).toEqual(Array(5).fill(7))
    expect(shared.made).toBe(1)
  })

  it('waits no longer than it is told, and makes it all the same', async () => {
    const shared = new Shared()
    const child = await holder(shared.name)
    expect(await shared.want(20)).toBe(7)
    child.kill('SIGKILL')
    expect(shared.made).toBe(1)
  })

  it('gives the turn on when making fails', async () => {
    const shared = new Shared()
    const failed = onceForAll({
      name: shared.name,
      timeoutMs: 60_000,
      find: async () => undefined,
      make: async () => {
        throw new Error('no network')
      },
    })
    const second = shared.want()
    await expect(failed).rejects.toThrow('no network')
    expect(await second).toBe(7)
    expect(shared.made).toBe(1)
  })
})
