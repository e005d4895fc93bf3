/** Replicas are processes: each writes its metrics into a folder, and the server's page adds them up. */

import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plugin } from 'mosec'
import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'

const VARIABLE = 'METRICS_FOLDER'
const WRITE_EACH_MS = 1000

/** In the server: makes the folder, which replicas learn from their environment, and sums up what lies there. */
export function collectFromReplicas(): Plugin {
  let folder = ''
  return {
    name: 'metrics of the replicas',
    setup() {
      folder = mkdtempSync(join(tmpdir(), 'mosec-metrics-'))
      process.env[VARIABLE] = folder
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    },
    async metrics() {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
      const pages = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
      return AggregatorRegistry.aggregate(pages.map((page) => JSON.parse(page) as Metrics)).metrics()
    },
  }
}

type Metrics = MetricObjectWithValues<MetricValue<string>>[]

/** In a replica: writes the registry each second, and once more when the function that it returns is called. */
export function showMetrics(registry: Registry, name: string): () => Promise<void> {
  const folder = process.env[VARIABLE]
  // A dry run has no page.
  if (folder === undefined) return async () => {}
  const file = join(folder, `${name}.json`)
  const write = async (): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify(await registry.getMetricsAsJSON()))
    // Whoever reads sees the old file or the new one, never half of it.
    await rename(`${file}.new`, file)
  }
  const timer = setInterval(() => void write().catch(() => {}), WRITE_EACH_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await write().catch(() => {})
  }
}
