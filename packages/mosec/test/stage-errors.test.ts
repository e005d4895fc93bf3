import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

let program: Program
beforeAll(async () => {
  program = await start('misbehaving')
})
afterAll(async () => {
  await program.stop()
})

it('stage timeout: 408 `mosec timeout error: ...`', async () => {
  await using hold = await openHold()
  const answer = await post(program, { hold: hold.url }, '/late')
  expect(answer.status).toBe(408)
  expect(answer.body).toMatch(/^mosec timeout error: .*200 ms/)
  expect(await post(program, {}, '/late')).toMatchObject({ status: 200, body: '"in time"' })
})

it.each([0, 3])(
  'wrong number of results: 500, the log names both numbers, the replica lives: %i',
  async (results) => {
    const before = (await post(program, {}, '/miscount')).body
    const answer = await post(program, { results }, '/miscount')
    expect(answer).toMatchObject({ status: 500, body: 'inference internal error' })
    const line = await program.logged((entry) => JSON.stringify(entry).includes(`${results} results`))
    expect(line).toMatchObject({ level: 'error', stage: 'Miscount_2' })
    expect(JSON.stringify(line)).toContain('1')
    expect((await post(program, {}, '/miscount')).body).toBe(before)
  },
)

it.each([
  ["onBatchError 'isolate', the default: the guilty fail alone", '/isolate', [200, 200, 500, 200]],
  ["onBatchError 'fail': all of the batch fail, as in Mosec", '/fail', [500, 500, 500, 500]],
])('%s', async (_, path, expected) => {
  await using hold = await openHold()
  const held = post(program, { x: 0, hold: hold.url }, path)
  const release = await hold.next()
  const waiting = [1, 2, 13, 4].map((x) => post(program, { x }, path))
  await expect
    .poll(async () => (await get(program, '/metrics')).body)
    .toMatch(/^mosec_service_remaining_task 5$/m)
  release()
  expect((await held).status).toBe(200)
  const answers = await Promise.all(waiting)
  expect(answers.map(({ status }) => status)).toEqual(expected)
  expect(answers[2]?.body).toBe('inference internal error')
  expect((await post(program, { x: 5 }, path)).body).toBe('5')
})
