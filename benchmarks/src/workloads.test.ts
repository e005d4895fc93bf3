import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ResultFiles } from './result-files.ts'
import { workloadSamples } from './workload-samples.ts'
import { workloads } from './workloads.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mosec-results-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('has sample data for each workload', () => {
  expect(workloads.map(({ id }) => id).toSorted()).toEqual([...workloadSamples.keys()].toSorted())
})

it.each(workloads.map((workload) => [workload.id, workload] as const))(
  '%s writes JSON and a picture',
  async (id, { title, report }) => {
    const data = workloadSamples.get(id)
    const { text, findings, charts } = report(data)
    expect(text).not.toBe('')
    const files = new ResultFiles({ machine: 'none', isQuick: false, isPublished: false, to: folder })
    await files.save(id, { title, ...(findings === undefined ? {} : { findings }), data })
    await files.draw(id, charts)

    const kept: unknown = JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8'))
    expect(kept).toMatchObject({ id, title })
    const pictures = Object.keys(charts).map((name) => `${id}-${name}.svg`)
    expect(pictures).not.toEqual([])
    expect(await readdir(folder)).toEqual(expect.arrayContaining(pictures))
    for (const picture of pictures) {
      const svg = await readFile(join(folder, picture), 'utf8')
      // More than its background: a bar, or a curve.
      expect(svg).toMatch(/<rect x=|<polyline [^>]*points="\d/)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  },
)
