import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { type Answer, get, post, start } from './square-client.ts'

/** Which replicas computed a poison, in order. */
const killed = (program: Program, name: string): unknown[] =>
  program.log.filter((line) => line.msg === 'poison' && line['name'] === name).map(({ replica }) => replica)

it('poison in full batches kills two replicas and no more; the innocents beside it are all answered', async () => {
  await using hold = await openHold()
  await using program = await start('crashing', { env: { REPLICAS: '3' } })
  // One in each replica, so that what follows is batched.
  const first: Promise<Answer>[] = []
  const releases: (() => void)[] = []
  for (const name of ['x', 'y', 'z']) {
    first.push(post(program, { name, hold: hold.url }))
    releases.push(await hold.next())
  }

  const names = Array.from({ length: 24 }, (_, n) => `task ${n}`)
  const poisons = ['task 3', 'task 12']
  const asked = names.map((name): Promise<Answer> => {
    return post(program, poisons.includes(name) ? { name, way: 'kill' } : { name })
  })
  await expect
    .poll(async () => (await get(program, '/metrics')).body)
    .toMatch(/^mosec_service_remaining_task 27$/m)
  for (const release of releases) release()

  const answers = await Promise.all(asked)
  for (const [n, { status, body }] of answers.entries()) {
    const name = names[n] ?? ''
    const expected = poisons.includes(name) ? [500, 'worker crashed'] : [200, JSON.stringify(name)]
    expect([status, body]).toEqual(expected)
  }
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200])
  for (const name of poisons) expect(killed(program, name)).toHaveLength(2)
  expect((await post(program, { name: 'after' })).body).toBe('"after"')
  expect((await get(program, '/metrics')).body).toMatch(
    /^mosec_service_retried_task_total\{stage="crashing"\} [1-9]/m,
  )
})

it('the second try is on another replica when one is free', async () => {
  await using program = await start('crashing', { env: { REPLICAS: '3' } })
  for (const poison of ['first', 'second']) {
    expect(await post(program, { name: poison, way: 'kill' })).toMatchObject({ body: 'worker crashed' })
    expect(new Set(killed(program, poison)).size).toBe(2)
    await expect
      .poll(async () => (await get(program, '/metrics')).body, { timeout: 10_000 })
      .toMatch(/^mosec_service_replica\{stage="crashing",state="ready"\} 3$/m)
  }
})

it('poison in the quick batches that a replica is given ahead: nobody beside it is blamed', async () => {
  await using program = await start('crashing', { env: { REPLICAS: '1', QUICK: '4' } })
  const ask = (name: string, way?: string): Promise<Answer> => post(program, { name, way }, '/quick')
  // It learns how quick they are.
  for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 50 }, () => ask('quick')))
  for (const poison of ['poison 1', 'poison 2']) {
    const innocents = Array.from({ length: 200 }, (_, n) => ask(`innocent ${n}`))
    const guilty = ask(poison, 'kill')
    innocents.push(...Array.from({ length: 200 }, (_, n) => ask(`innocent ${n}`)))
    expect(await guilty).toMatchObject({ status: 500, body: 'worker crashed' })
    const answers = await Promise.all(innocents)
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(killed(program, poison)).toHaveLength(2)
  }
})
