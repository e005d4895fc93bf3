import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { childrenOf } from './running-processes.ts'
import { post, start } from './square-client.ts'

let program: Program
beforeAll(async () => {
  program = await start('waiting')
})
afterAll(async () => {
  await program.stop()
})

async function ask(path: string): Promise<{ size: number; pid: number; tookMs: number }> {
  const startedMs = performance.now()
  const { body } = await post(program, 0, path)
  return { ...JSON.parse(body), tookMs: performance.now() - startedMs }
}

it('batch when maxBatchSize > 1: a full batch goes at once, whatever maxWaitMs says', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/long')))
  expect(answers.map(({ size }) => size)).toEqual(Array(8).fill(4))
})

it('maxWaitMs counts from the first task', async () => {
  const first = ask('/short')
  await sleep(1000)
  const second = ask('/short')
  expect(await first).toMatchObject({ size: 2 })
  expect(await second).toMatchObject({ size: 2 })
  // Timers fire on whole milliseconds.
  expect((await first).tookMs).toBeGreaterThan(1990)
  expect((await second).tookMs).toBeLessThan(1900)
})

it('replicas per stage: each is a process, and without maxBatchSize none gets a batch', async () => {
  expect(childrenOf(program.pid)).toHaveLength(4)
  const pids = new Set<number>()
  await expect
    .poll(async () => {
      const answers = await Promise.all(Array.from({ length: 16 }, () => ask('/single')))
      expect(answers.map(({ size }) => size)).toEqual(Array(16).fill(1))
      for (const { pid } of answers) pids.add(pid)
      return pids.size
    })
    .toBe(2)
})
