import { silentLogger } from '@mosec/core'
import { expect, it } from 'vitest'
import type { Plugin } from '../plugin.ts'
import { metricsPage } from './metrics-page.ts'

const page = (own: string, ...theirs: Plugin['metrics'][]): Promise<string> =>
  metricsPage({
    own: async () => own,
    plugins: theirs.map((metrics, index) => ({ name: `plugin ${index}`, ...(metrics && { metrics }) })),
    logger: silentLogger,
  })

const histogram =
  '# HELP a_time time\n# TYPE a_time histogram\na_time_bucket{le="1"} 2\na_time_sum 3\na_time_count 2\n'

it('puts pages behind each other', async () => {
  expect(
    await page(
      'own 1\n',
      () => 'second 2\n\n',
      undefined,
      async () => '# TYPE third gauge\nthird 3',
    ),
  ).toBe('own 1\nsecond 2\n# TYPE third gauge\nthird 3\n')
})

it('keeps the first of two metrics with one name, since Prometheus refuses a page with both', async () => {
  expect(
    await page(
      histogram,
      () => `${histogram}b_total 1\n`,
      () => 'b_total 7\nc_total 2\n',
    ),
  ).toBe(`${histogram}b_total 1\nc_total 2\n`)
})

it('leaves out a plugin that throws, or whose page is no text', async () => {
  const thrower = () => {
    throw new Error('no')
  }
  const rejecter = () => Promise.reject(new Error('no'))
  expect(
    await page(
      'own 1\n',
      thrower,
      rejecter,
      () => undefined as never,
      () => 'last 1\n',
    ),
  ).toBe('own 1\nlast 1\n')
})

it('does not take a longer name for a sample of a shorter one', async () => {
  const own = '# TYPE job counter\njob 1\n'
  expect(await page(own, () => '# TYPE job_queue gauge\njob_queue 1\n')).toBe(
    `${own}# TYPE job_queue gauge\njob_queue 1\n`,
  )
  expect(await page(own, () => '# TYPE jobs gauge\njobs 1\n')).toBe(`${own}# TYPE jobs gauge\njobs 1\n`)
})
