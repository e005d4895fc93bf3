import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { example, missing, type Prometheus, startPrometheus } from './prometheus.ts'

const textOf = (path: string): string => readFileSync(join(example, path), 'utf8')

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly datasource: { readonly uid: string }
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const dashboard: Dashboard = JSON.parse(textOf('grafana/dashboards/mosec.json'))

const panelQueries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }, index) => ({
    query: `${title}, ${index + 1}`,
    expr: expr.replaceAll('$__rate_interval', '1m'),
  })),
)

/** The expressions of the dashboard in Mosec's own examples/monitor. */
const mosecQueries = [
  'scrape_duration_seconds',
  'mosec_service_throughput',
  'mosec_service_remaining_task',
  'inference_result_total',
  'mosec_service_batch_size_count',
]

const alerts: readonly { readonly alert: string; readonly expr: string }[] = parse(
  textOf('prometheus/alerts.yml'),
).groups.flatMap(({ rules }: { rules: [] }) => rules)

/** A busy machine alone can make these fire. */
const dependOnTheMachine = ['MosecSlow', 'MosecIngressLate']

/** From proc(5): of the server's children those that run its program, too. */
const replicasOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('dist/server.js'))

if (missing !== undefined) console.warn(`the monitor example is not tried: ${missing}`)

describe.skipIf(missing !== undefined)('monitor: a real Prometheus scrapes the server', () => {
  let server: Program
  let prometheus: Prometheus
  beforeAll(async () => {
    server = await startProgram({
      file: join(example, 'dist/server.js'),
      flags: ['--capacity', '16'],
      env: { METRICS_PORT: '0' },
    })
    const { address } = await server.logged(({ msg }) => msg === 'metrics of the worker')
    const { port } = address as { port: number }
    prometheus = await startPrometheus({
      mosec: server.url.replace('http://', ''),
      mosec_worker: `localhost:${port}`,
    })
    // Rates need a sample from before the first request.
    const bothScraped = async () => expect(await prometheus.query('up == 1')).toHaveLength(2)
    await vi.waitFor(bothScraped, { timeout: 20_000 })
  })
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]()
    expect(await server?.stop()).toEqual({ code: 0, signal: null })
  })

  const askWith = async (request: RequestInit): Promise<number> => {
    const response = await fetch(`${server.url}/inference`, {
      method: 'POST',
      body: '{"num": 7}',
      ...request,
    })
    await response.arrayBuffer()
    return response.status
  }
  const ask = (num: unknown): Promise<number> => askWith({ body: JSON.stringify({ num }) })

  /** Fresh requests each time, so that rates are not 0 however long a scrape takes. */
  const valuesOf = async (expr: string): Promise<number[]> => {
    expect(await ask(7)).toBe(200)
    return (await prometheus.query(expr)).map(({ value }) => value)
  }
  const hasNumbers = expect.toSatisfy(
    (values: number[]) => values.length > 0 && values.every(Number.isFinite),
    'has samples, all of them numbers',
  )

  it('the numbers are those of the server', async () => {
    const failed = 'mosec_service_throughput_total{code="422",endpoint="/inference"}'
    expect(await ask('seven')).toBe(422)
    await expect.poll(() => valuesOf(failed), { timeout: 20_000 }).toEqual([1])
  })

  it.each(alerts)(
    'the alert $alert evaluates, and keeps still while all is well',
    async ({ alert, expr }) => {
      const isStill = async (): Promise<boolean> => (await prometheus.query(expr)).length === 0
      if (dependOnTheMachine.includes(alert)) await isStill()
      else await expect.poll(isStill, { timeout: 20_000 }).toBe(true)
    },
  )

  it('counts what goes wrong: refused, expired, cancelled', async () => {
    const [replica = 0] = replicasOf(server.pid)
    process.kill(replica, 'SIGSTOP')
    const leaving = new AbortController()
    const left = askWith({ signal: leaving.signal }).catch(() => 'left')
    const late = Array.from({ length: 60 }, () => askWith({ headers: { 'x-request-timeout-ms': '1000' } }))
    expect(new Set(await Promise.all(late))).toEqual(new Set([408, 429]))
    leaving.abort()
    expect(await left).toBe('left')
    process.kill(replica, 'SIGCONT')
    await expect.poll(() => ask(7), { timeout: 20_000 }).toBe(200)
  })

  it.each(panelQueries)('the query of our dashboard has data: $query', async ({ expr }) => {
    await expect.poll(() => valuesOf(expr), { timeout: 20_000 }).toEqual(hasNumbers)
  })

  it.each(mosecQueries)('the query of Mosec’s dashboard has data, unchanged: %s', async (expr) => {
    await expect.poll(() => valuesOf(expr), { timeout: 20_000 }).toEqual(hasNumbers)
  })
})

describe.skipIf(missing !== undefined)('monitor: promtool', () => {
  it.each([
    ['accepts the configuration and the rules', ['check', 'config', 'prometheus.yml']],
    ['sees each alert fire when it should', ['test', 'rules', 'test/alerts.yml']],
  ])('%s', (_, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: example, encoding: 'utf8' })
    expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 })
  })

  it('has a case for every alert', () => {
    const cases: readonly { readonly alert_rule_test: readonly { readonly alertname: string }[] }[] = parse(
      textOf('test/alerts.yml'),
    ).tests
    const tried = cases.flatMap(({ alert_rule_test }) => alert_rule_test.map(({ alertname }) => alertname))
    expect(new Set(tried)).toEqual(new Set(alerts.map(({ alert }) => alert)))
  })
})

describe('monitor: files', () => {
  it('panels do not overlap, and ask the data source that is provisioned', () => {
    const { datasources } = parse(textOf('grafana/provisioning/datasources/prometheus.yml'))
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`)
    expect(new Set(places).size).toBe(dashboard.panels.length)
    expect(dashboard.panels.map(({ datasource }) => datasource.uid)).toEqual(
      dashboard.panels.map(() => datasources[0].uid),
    )
  })

  it('the containers mount what is there', () => {
    const services: Record<string, { volumes: string[] }> = parse(textOf('docker-compose.yml')).services
    const folders = Object.values(services).flatMap(({ volumes }) =>
      volumes.map((v) => v.split(':')[0] ?? ''),
    )
    expect(folders.filter((path) => !existsSync(join(example, path)))).toEqual([])
    expect(textOf('grafana/provisioning/dashboards/mosec.yml')).toContain('path: /etc/grafana/dashboards')
  })
})
