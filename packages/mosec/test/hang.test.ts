import { expect, it } from 'vitest'
import { isRunning } from './running-processes.ts'
import { post, start } from './square-client.ts'

it('a forward that ignores its signal past timeout and grace loses its replica, and the service goes on', async () => {
  await using program = await start('hang')
  const replica = Number((await post(program, {})).body)
  expect(await post(program, { hang: true })).toMatchObject({ status: 408, body: 'inference timeout' })
  await expect.poll(() => isRunning(replica), { timeout: 5000 }).toBe(false)
  await expect.poll(async () => (await post(program, {})).status, { timeout: 5000 }).toBe(200)
})

it.each(['process', 'thread'])(
  'a forward that loops past the timeout of its stage is answered 408, and not computed again (%s)',
  async (isolation) => {
    const env = { ISOLATION: isolation, STAGE_TIMEOUT: '300' }
    await using program = await start('hang', { env, flags: ['--timeout', '20000'] })
    expect(await post(program, { hang: true })).toMatchObject({
      status: 408,
      body: 'mosec timeout error: forward did not end within 300 ms',
    })
    const line = await program.logged(({ msg }) => msg?.includes('it did not answer in time') === true)
    expect(line['restarts']).toBe(0)
  },
)

it.each(['process', 'thread'])(
  'a forward that never settles loses its replica, too, and who waits behind it is answered (%s)',
  async (isolation) => {
    const env = { ISOLATION: isolation, STAGE_TIMEOUT: '300' }
    await using program = await start('hang', { env, flags: ['--timeout', '20000'] })
    const hangs = await post(program, { never: true })
    expect([hangs.status, hangs.body]).toEqual([
      408,
      'mosec timeout error: forward did not end within 300 ms',
    ])
    expect((await post(program, {})).status).toBe(200)
    expect(program.output()).toContain('forward still runs 1000 ms after its time was over')
  },
)
