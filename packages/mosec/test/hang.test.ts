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
