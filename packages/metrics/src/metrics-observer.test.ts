/** Drives the observer by hand and reads the page as Prometheus would. */

import { combineObservers, type TaskInfo } from '@mosec/core'
import { Counter, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { type Metrics, metricsObserver } from './metrics-observer.ts'

const task = (id: number, route = '/inference'): TaskInfo => ({
  id,
  route,
  admittedMs: 0,
  deadlineMs: 3000,
  stageIndex: 0,
})

const make = (options = {}): Metrics =>
  metricsObserver({ timeoutMs: 3000, registry: new Registry(), ...options })

/** Sample lines by `name{labels}`. */
async function samples(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

/** The values of the `le` label of one histogram, in order. */
async function bounds(metrics: Metrics, name: string): Promise<string[]> {
  const found = [...(await samples(metrics)).keys()].filter((key) => key.startsWith(`${name}_bucket`))
  return [...new Set(found.map((key) => /le="([^"]*)"/.exec(key)?.[1] ?? ''))]
}

describe("Mosec's metrics", () => {
  it('counts answers by code and endpoint', async () => {
    const metrics = make({ routes: ['/inference', '/b'].map((path) => ({ path, stages: ['a'] })) })
    for (const status of [200, 200, 422]) metrics.answered({ endpoint: '/inference', status, durationMs: 1 })
    const page = await samples(metrics)
    expect(page.get('mosec_service_throughput_total{code="200",endpoint="/inference"}')).toBe(2)
    expect(page.get('mosec_service_throughput_total{code="422",endpoint="/inference"}')).toBe(1)
    expect(page.get('mosec_service_throughput_total{code="200",endpoint="/b"}')).toBe(0)
  })

  it('measures each stage and replica, and the whole with failures apart', async () => {
    const metrics = make()
    metrics.batchReplied({ stage: 'embed', replica: 2, size: 4, failures: 1, durationMs: 3 })
    metrics.batchReplied({ stage: 'embed', replica: 2, size: 4, failures: 4, durationMs: 900 })
    metrics.settled(task(1), 'ok', 20)
    metrics.settled(task(2), 'timeout', 3000)
    metrics.settled(task(3), 'cancelled', 10)
    const page = await samples(metrics)
    const of = (part: string, labels: string) =>
      page.get(`mosec_service_process_duration_second_${part}{${labels}}`)
    const labels = 'stage="embed",connection="2"'
    expect(of('count', labels)).toBe(1)
    expect(of('sum', labels)).toBe(0.003)
    expect(of('bucket', `le="0.002",${labels}`)).toBe(0)
    expect(of('bucket', `le="0.004",${labels}`)).toBe(1)
    expect(of('bucket', `le="+Inf",${labels}`)).toBe(1)
    expect(of('count', 'stage="total",connection="total"')).toBe(1)
    expect(of('sum', 'stage="total",connection="failed"')).toBe(3)
    expect(of('count', 'stage="total",connection="failed"')).toBe(1)
  })

  it('measures batches only where a stage makes them', async () => {
    const metrics = make()
    metrics.batchSent({ stage: 'one', replica: 1, size: 1, maxBatchSize: 1, formedInMs: 1 })
    metrics.batchSent({ stage: 'many', replica: 1, size: 5, maxBatchSize: 16, formedInMs: 10 })
    const page = await samples(metrics)
    const labels = 'stage="many",connection="1"'
    expect(page.get(`mosec_service_batch_size_bucket{le="4",${labels}}`)).toBe(0)
    expect(page.get(`mosec_service_batch_size_bucket{le="8",${labels}}`)).toBe(1)
    expect(page.get(`mosec_service_batch_size_sum{${labels}}`)).toBe(5)
    expect(page.get(`mosec_service_batch_duration_second_sum{${labels}}`)).toBe(0.01)
    expect([...page.keys()].join()).not.toContain('stage="one",connection')
  })

  it('counts a value on a bound below it, and one beyond all in +Inf alone', async () => {
    const metrics = make()
    for (const size of [512, 513]) {
      metrics.batchSent({ stage: 's', replica: 1, size, maxBatchSize: 1000, formedInMs: 0 })
    }
    const page = await samples(metrics)
    expect(page.get('mosec_service_batch_size_bucket{le="512",stage="s",connection="1"}')).toBe(1)
    expect(page.get('mosec_service_batch_size_bucket{le="+Inf",stage="s",connection="1"}')).toBe(2)
  })

  it.each([
    [3000, 13, '4.096'],
    [4096, 13, '4.096'],
    [10_000, 15, '16.384'],
    [1, 1, '0.001'],
    [0.1, 1, '0.001'],
    [Number.POSITIVE_INFINITY, 32, '2147483.648'],
  ])('has duration buckets up to a timeout of %d ms', async (timeoutMs, count, last) => {
    const found = await bounds(make({ timeoutMs }), 'mosec_service_process_duration_second')
    expect(found).toHaveLength(count + 1)
    expect(found.slice(-2)).toEqual([last, '+Inf'])
  })

  it('has the batch buckets of Mosec', async () => {
    const metrics = make()
    metrics.batchSent({ stage: 's', replica: 1, size: 1, maxBatchSize: 2, formedInMs: 0 })
    expect((await bounds(metrics, 'mosec_service_batch_size')).join()).toBe(
      '1,2,4,8,16,32,64,128,256,512,+Inf',
    )
    expect((await bounds(metrics, 'mosec_service_batch_duration_second')).join()).toBe(
      '0.001,0.002,0.004,0.008,0.016,0.032,0.064,0.128,0.256,0.512,1.024,2.048,4.096,+Inf',
    )
  })

  it('counts the tasks that are in the service', async () => {
    const metrics = make()
    metrics.admitted(task(1))
    metrics.admitted(task(2))
    metrics.settled(task(1), 'ok', 1)
    expect((await samples(metrics)).get('mosec_service_remaining_task')).toBe(1)
  })
})

describe('our own metrics', () => {
  it('are there at 0 before the first event, so that a rate sees it', async () => {
    const page = await samples(make({ routes: [{ path: '/x', stages: ['a'] }] }))
    expect(page.get('mosec_service_refused_task_total{endpoint="/x",reason="queue_full"}')).toBe(0)
    expect(page.get('mosec_service_expired_task_total{endpoint="/x",where="queued"}')).toBe(0)
    expect(page.get('mosec_service_cancelled_task_total{endpoint="/x",where="running",stage="a"}')).toBe(0)
  })

  it('follow the depth of a queue through every way out of it', async () => {
    const metrics = make({ stages: ['a'] })
    for (const id of [1, 2, 3, 4]) metrics.queued(task(id), 'a')
    metrics.dequeued(task(1), 'a', 40)
    metrics.expired(task(2), 'queued')
    metrics.settled(task(2), 'timeout', 3000)
    metrics.settled(task(3), 'shutting_down', 10)
    metrics.retried(task(1), 'a')
    const page = await samples(metrics)
    expect(page.get('mosec_service_queued_task{stage="a"}')).toBe(2)
    expect(page.get('mosec_service_queue_duration_second_sum{stage="a"}')).toBe(0.04)
    expect(page.get('mosec_service_retried_task_total{stage="a"}')).toBe(1)
    expect(page.get('mosec_service_expired_task_total{endpoint="/inference",where="queued"}')).toBe(1)
  })

  it('count refusals and clients that left', async () => {
    const metrics = make()
    metrics.refused('/x', 'queue_full')
    metrics.cancelled(task(1, '/x'), 'running', 'a')
    const page = await samples(metrics)
    expect(page.get('mosec_service_refused_task_total{endpoint="/x",reason="queue_full"}')).toBe(1)
    expect(page.get('mosec_service_cancelled_task_total{endpoint="/x",where="running",stage="a"}')).toBe(1)
  })

  it('say where requests were whose clients left before or after they were tasks', async () => {
    const metrics = make()
    metrics.answered({ endpoint: '/x', status: 499, durationMs: 1, left: 'reading' })
    metrics.answered({ endpoint: '/x', status: 499, durationMs: 1, left: 'answering' })
    metrics.answered({ endpoint: '/x', status: 499, durationMs: 1 })
    const page = await samples(metrics)
    const left = (where: string) =>
      page.get(`mosec_service_cancelled_task_total{endpoint="/x",where="${where}",stage=""}`)
    expect([left('reading'), left('answering')]).toEqual([1, 1])
    expect(page.get('mosec_service_throughput_total{code="499",endpoint="/x"}')).toBe(3)
  })

  it('count the tasks that failed alone', async () => {
    const metrics = make({ stages: ['a'] })
    expect((await samples(metrics)).get('mosec_service_isolated_task_total{stage="a"}')).toBe(0)
    metrics.isolated('a', 2)
    metrics.isolated('a', 1)
    expect((await samples(metrics)).get('mosec_service_isolated_task_total{stage="a"}')).toBe(3)
  })

  it('show how often in a row a replica has died, and how long it waits', async () => {
    const metrics = make()
    const of = { stage: 'a', replica: 1, restarts: 2 } as const
    const seen = async (): Promise<unknown[]> => {
      const page = await samples(metrics)
      const labels = '{stage="a",connection="1"}'
      return ['death', 'backoff_second'].map((name) => page.get(`mosec_service_replica_${name}${labels}`))
    }
    metrics.replicaChanged({ ...of, state: 'ready' })
    expect(await seen()).toEqual([0, 0])
    metrics.replicaChanged({ ...of, state: 'backoff', deaths: 3, retryInMs: 400 })
    expect(await seen()).toEqual([3, 0.4])
    metrics.replicaChanged({ ...of, state: 'starting', deaths: 3 })
    expect(await seen()).toEqual([3, 0])
  })

  it('count replicas by state and their restarts', async () => {
    const metrics = make({ stages: ['a'] })
    const change = (replica: number, state: 'starting' | 'ready' | 'backoff', restarts: number) =>
      metrics.replicaChanged({ stage: 'a', replica, state, restarts })
    change(1, 'starting', 0)
    change(2, 'starting', 0)
    change(1, 'ready', 0)
    change(2, 'ready', 0)
    change(2, 'backoff', 0)
    change(2, 'starting', 1)
    change(2, 'starting', 1)
    const page = await samples(metrics)
    const replicas = (state: string) => page.get(`mosec_service_replica{stage="a",state="${state}"}`)
    expect([replicas('ready'), replicas('starting'), replicas('backoff'), replicas('stopped')]).toEqual([
      1, 1, 0, 0,
    ])
    expect(page.get('mosec_service_replica_restart_total{stage="a"}')).toBe(1)
  })

  it('show what a replica says of itself, for as long as that life lasts', async () => {
    const metrics = make()
    const at = { stage: 'a', replica: 1 }
    const tfjs = (backend: string) => ({ ...at, runtime: { runtime: 'tfjs', backend } })
    const info = (backend: string) =>
      `mosec_service_runtime_info{stage="a",connection="1",runtime="tfjs",backend="${backend}"}`
    const gauge = (name: string) => `mosec_service_replica_gauge{stage="a",connection="1",name="${name}"}`
    metrics.replicaChanged({ ...at, state: 'starting', restarts: 0 })
    metrics.replicaReported(tfjs('webgpu'))
    metrics.replicaReported({ ...tfjs('wasm'), gauges: { tensors: 3, bytes: 4 } })
    metrics.replicaChanged({ ...at, state: 'ready', restarts: 0 })
    metrics.replicaReported({ ...tfjs('wasm'), gauges: { tensors: 7 } })
    const page = await samples(metrics)
    expect([page.get(info('wasm')), page.get(gauge('tensors'))]).toEqual([1, 7])
    expect([page.has(info('webgpu')), page.has(gauge('bytes'))]).toEqual([false, false])
    metrics.replicaChanged({ ...at, state: 'backoff', restarts: 0 })
    expect([...(await samples(metrics)).keys()].filter((key) => /_info{|_gauge{/.test(key))).toEqual([])
  })

  it('show the process and its event loop in a registry of their own', async () => {
    const metrics = metricsObserver({ timeoutMs: 3000 })
    const page = await metrics.text()
    expect(page).toContain('process_cpu_user_seconds_total')
    expect(page).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  })
})

describe('the page', () => {
  it('names types as Prometheus expects, and takes the namespace', async () => {
    const page = await make({ namespace: 'my_app' }).text()
    expect(page).toContain('# TYPE my_app_throughput_total counter')
    expect(page).toContain('# TYPE my_app_process_duration_second histogram')
    expect(page).toContain('# TYPE my_app_remaining_task gauge')
    expect(page).not.toContain('mosec_service')
  })

  it('escapes what is in labels', async () => {
    const metrics = make()
    metrics.batchReplied({ stage: 'a"b\\c\nd', replica: 1, size: 1, failures: 0, durationMs: 1 })
    expect(await metrics.text()).toContain('_count{stage="a\\"b\\\\c\\nd",connection="1"} 1')
  })

  it('is the same when it is read twice', async () => {
    const metrics = make()
    metrics.answered({ endpoint: '/x', status: 200, durationMs: 1 })
    metrics.settled(task(1), 'ok', 5)
    const first = await metrics.text()
    expect(await metrics.text()).toBe(first)
  })

  it('keeps two services apart, and lives in a registry with others', async () => {
    const registry = new Registry()
    new Counter({ name: 'mine_total', help: 'mine', registers: [registry] }).inc()
    const metrics = make({ registry })
    const other = make()
    metrics.answered({ endpoint: '/x', status: 200, durationMs: 1 })
    expect(await metrics.text()).toContain('mine_total 1')
    expect(await other.text()).not.toContain('/x')
  })

  it('is also to be had as JSON, through the registry', async () => {
    const registry = new Registry()
    const metrics = make({ registry })
    metrics.settled(task(1), 'ok', 5)
    const json = await registry.getMetricsAsJSON()
    const durations = json.find(({ name }) => name === 'mosec_service_process_duration_second')
    expect(durations?.values).toContainEqual(
      expect.objectContaining({
        labels: expect.objectContaining({ le: '+Inf', connection: 'total' }),
        value: 1,
      }),
    )
  })

  it('works behind combineObservers', async () => {
    const metrics = make()
    const combined = combineObservers([metrics], (error) => {
      throw error
    })
    combined.answered({ endpoint: '/x', status: 200, durationMs: 1 })
    expect(await metrics.text()).toContain('endpoint="/x"} 1')
  })
})
