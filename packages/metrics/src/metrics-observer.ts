/** Turns the events of a service into Prometheus metrics. */

import type { Observer } from '@mosec/core'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { makeFamilies } from './families.ts'
import { type MeteredRoute, SchedulerMeter } from './scheduler-meter.ts'

/** What the metrics are called and where they are kept. */
export interface MetricsOptions {
  /** Put before each name of ours; `mosec_service` when absent. */
  readonly namespace?: string
  /** The service timeout in milliseconds: the duration buckets end there. */
  readonly timeoutMs: number
  /**
   * Keeps the metrics; a new one when absent. Only a new one also gets the metrics of the process and of its event
   * loop: who brings a registry decides that.
   */
  readonly registry?: Registry
  /** Names of the stages, so that their series are there, at 0, before the first task. */
  readonly stages?: readonly string[]
  /** The registered routes, so that their series are there, at 0, before the first request. */
  readonly routes?: readonly MeteredRoute[]
}

/** An observer to tell, and the page for `GET /metrics`. */
export interface Metrics extends Required<Observer> {
  /** Value of the page's `Content-Type`. */
  readonly contentType: string
  /** The page in Prometheus' text format. */
  text(): Promise<string>
}

/**
 * Metrics of one service. The registry is its own, never prom-client's global one: two services may live in a process.
 *
 * @example
 * const routes = [{ path: '/v1/embeddings', stages: ['embed'] }]
 * const metrics = metricsObserver({ timeoutMs: 3000, stages: ['embed'], routes })
 * metrics.answered({ endpoint: '/v1/embeddings', status: 200, durationMs: 12 })
 * await metrics.text() // ... mosec_service_throughput_total{code="200",endpoint="/v1/embeddings"} 1
 */
export function metricsObserver(options: MetricsOptions): Metrics {
  const { namespace = 'mosec_service', timeoutMs, stages = [], routes = [] } = options
  const registry = options.registry ?? processRegistry()
  const meter = new SchedulerMeter(makeFamilies({ namespace, timeoutMs, registry }), stages, routes)
  return Object.assign(meter, { contentType: registry.contentType, text: () => registry.metrics() })
}

function processRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
