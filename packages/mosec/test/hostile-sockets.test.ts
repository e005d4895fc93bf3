/** Whoever connects to a replica's socket and is not that replica: the server goes on. */

import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

const garbage = Buffer.alloc(100_000, 0xa5)

/** The sockets of a server, once there are any. */
async function socketsIn(folder: string): Promise<string[]> {
  const [own = ''] = await readdir(folder)
  const names = own === '' ? [] : await readdir(join(folder, own))
  return names.map((name) => join(folder, own, name))
}

async function stranger(path: string): Promise<Socket> {
  const socket = connect(path)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const pidOf = async (program: Program): Promise<unknown> =>
  JSON.parse((await post(program, { x: 2 })).body).pid

it('beside a replica: ended, whatever they say, and the replica stays', async () => {
  await using folder = await tempFolder()
  await using program = await start('square', { flags: ['--path', folder.path] })
  const pid = await pidOf(program)
  const [path = ''] = await socketsIn(folder.path)
  const [silent, loud] = [await stranger(path), await stranger(path)]
  for (const socket of [silent, loud]) socket.resume()
  loud.write(garbage)
  await Promise.all([once(silent, 'close'), once(loud, 'close')])
  const refused = program.log.filter(
    ({ msg }) => msg === 'a second connection to the address of a replica was refused',
  )
  expect(refused).toHaveLength(2)
  expect(await pidOf(program)).toBe(pid)
})

it.each([
  ['garbage', (socket: Socket) => socket.write(garbage)],
  ['nothing at all', () => {}],
] as const)('before the replica, with %s: the replica is started again and serves', async (_, say) => {
  await using folder = await tempFolder()
  await using hold = await openHold()
  const starting = start('held-setup', {
    flags: ['--path', folder.path, '--timeout', '500'],
    env: { HOLD_SETUP: hold.url },
  })
  const goOn = await hold.next()
  const [path = ''] = await socketsIn(folder.path)
  const socket = await stranger(path)
  socket.resume()
  goOn()
  await using program = await starting
  say(socket)
  // The replica that was cheated of its place leaves, and the next one waits at an address of its own.
  const again = hold.next().then((release) => release())
  await expect.poll(async () => (await post(program, {})).status, { timeout: 20_000, interval: 50 }).toBe(200)
  await again
  socket.destroy()
})
