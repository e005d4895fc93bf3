import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { childrenOf } from './running-processes.ts'
import { type Answer, get, post, start } from './square-client.ts'

const OK = { status: 200, body: '"ok"' }
const CRASHED = { status: 500, body: 'worker crashed' }
const TIMEOUT = { status: 408, body: 'inference timeout' }

const ask = (program: Program, way: string, extra = ''): Promise<Answer> => post(program, { way, extra })

/** A well-behaved request is answered, as soon as there is a replica. */
async function stillWorks(program: Program): Promise<void> {
  await expect
    .poll(async () => (await ask(program, 'answers well')).status, { timeout: 15_000 })
    .toBe(OK.status)
  expect(await get(program, '/metrics').then(({ body }) => body)).toMatch(/^mosec_service_remaining_task 0$/m)
}

it.each([
  ['answers unknown ids', OK],
  ['answers the same id twice', OK],
  ['talks nonsense on the control channel', OK],
])('a replica that %s is taken by what it says of the ids that it holds', async (way, expected) => {
  await using program = await start('rogue')
  const replicas = childrenOf(program.pid)
  expect(await ask(program, way)).toMatchObject(expected)
  expect(await ask(program, 'answers well')).toMatchObject(OK)
  expect(await ask(program, way)).toMatchObject(expected)
  expect(childrenOf(program.pid)).toEqual(replicas)
  await stillWorks(program)
})

it.each([
  ['sends words', 'malformed frame: expected a payload of at most'],
  ['sends zeros', 'malformed frame: expected a reply flag'],
  ['sends ones', 'malformed frame: expected a payload of at most'],
  ['ends in the middle of a frame', 'in the middle of a frame'],
  ['announces more bytes than are allowed', 'malformed frame: expected a payload of at most'],
])('a replica that %s loses its connection, and the log says why', async (way, why) => {
  await using program = await start('rogue', { flags: ['--timeout', '20000'] })
  const replicas = childrenOf(program.pid)
  expect(await ask(program, way)).toMatchObject(CRASHED)
  await program.logged((line) => JSON.stringify(line).includes(why))
  await stillWorks(program)
  expect(childrenOf(program.pid)).not.toEqual(replicas)
})

it('a replica that stays without its connection is killed, and the log says why', async () => {
  await using program = await start('rogue', { flags: ['--timeout', '20000'], env: { STAYS: 'yes' } })
  expect(await ask(program, 'sends zeros')).toMatchObject(CRASHED)
  await program.logged(({ msg = '' }) =>
    msg.includes('was killed by SIGKILL: its connection ended: malformed frame'),
  )
  await stillWorks(program)
})

it.each([
  'never answers',
  'falls silent in the middle of a frame',
  'announces a gigabyte that never comes',
  'announces more answers than come',
])('a replica that %s is ended when its time is over', async (way) => {
  await using program = await start('rogue', { flags: ['--timeout', '500'] })
  const replicas = childrenOf(program.pid)
  expect(await ask(program, way)).toMatchObject(TIMEOUT)
  await expect.poll(() => childrenOf(program.pid), { timeout: 10_000 }).not.toEqual(replicas)
  await stillWorks(program)
})

it('a replica that stops reading: what is sent to it waits no longer than its deadline', async () => {
  await using program = await start('rogue', { flags: ['--timeout', '500'] })
  expect(await ask(program, 'stops reading')).toMatchObject(OK)
  // Far more than the system keeps for a socket.
  expect(await ask(program, 'answers well', 'x'.repeat(8_000_000))).toMatchObject(TIMEOUT)
  await stillWorks(program)
})

it('a rogue among good replicas: others are answered all the time', async () => {
  await using program = await start('rogue', { env: { REPLICAS: '2' } })
  const rogue = ask(program, 'never answers').then(({ status }) => status)
  for (let n = 0; n < 20; n++) expect(await ask(program, 'answers well')).toMatchObject(OK)
  expect(await Promise.race([rogue, 'still open'])).toBe('still open')
  expect(await rogue).toBe(TIMEOUT.status)
  await stillWorks(program)
})
