import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { get, post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

it('a crash loop is visible in /health/ready, in the metrics and in the log, without the error of the user', async () => {
  await using temp = await tempFolder()
  const grave = join(temp.path, 'grave')
  await using program = await start('mortal', { env: { GRAVE: grave } })
  const ready = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { status, body } = await get(program, '/health/ready')
    return { status, body: JSON.parse(body) }
  }
  const metrics = async (): Promise<string> => (await get(program, '/metrics')).body
  expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } })

  const pid = Number((await post(program, {})).body)
  await writeFile(grave, '')
  process.kill(pid, 'SIGKILL')
  const line = await program.logged(({ msg }) => msg?.includes('death 3 in a row') === true)
  expect(line).toMatchObject({ level: 'error', stage: 'mortal', deaths: 3, retryInMs: 400 })
  expect(line.msg).toContain('exited with code 1')
  await program.logged((entry) => JSON.stringify(entry).includes('the words of the user'))

  // The other one does the work.
  expect((await post(program, {})).status).toBe(200)
  const { status, body } = await ready()
  expect([status, body['status']]).toEqual([200, 'ready'])
  const failing = { stage: 'mortal', restarts: expect.any(Number), deaths: expect.any(Number) }
  expect(body['failing']).toEqual([expect.objectContaining(failing)])
  expect(JSON.stringify(body)).not.toContain('words of the user')
  await expect.poll(ready).toMatchObject({
    body: { failing: [{ state: 'backoff', retryInMs: expect.any(Number) }] },
  })
  await expect.poll(metrics).toMatch(/^mosec_service_replica_death\{stage="mortal",connection="\d"\} [3-9]$/m)
  await expect
    .poll(metrics)
    .toMatch(/^mosec_service_replica_backoff_second\{stage="mortal",connection="\d"\} (0\.[48]|[1-9])/m)
  expect(await metrics()).toMatch(/^mosec_service_replica_restart_total\{stage="mortal"\} [1-9]/m)

  // Nobody is left.
  process.kill(Number((await post(program, {})).body), 'SIGKILL')
  await expect.poll(async () => (await ready()).status).toBe(503)
  expect((await ready()).body).toMatchObject({
    status: 'degraded',
    notReady: [{ stage: 'mortal', ready: 0 }],
  })
})
