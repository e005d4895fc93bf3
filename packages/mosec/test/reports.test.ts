/** What workers report of themselves, on the metrics page of a real server. */

import { expect, it } from 'vitest'
import { get, post, start } from './square-client.ts'

it('context.report: runtime and backend as labels, numbers as gauges, and a wrong one refused where it was said', async () => {
  await using program = await start('reporting')
  const page = async (): Promise<string> => (await get(program, '/metrics')).body
  expect((await post(program, 3)).body).toBe('"reported"')
  await expect
    .poll(page)
    .toContain('mosec_service_replica_gauge{stage="cached",connection="1",name="cache_entries"} 3')
  expect(await page()).toContain(
    'mosec_service_runtime_info{stage="cached",connection="1",runtime="plain",backend="js"} 1',
  )
  expect((await post(program, 'many')).body).toContain('a finite number, got')
  expect((await post(program, 4)).body).toBe('"reported"')
  await expect
    .poll(page)
    .toContain('mosec_service_replica_gauge{stage="cached",connection="1",name="cache_entries"} 4')
})
