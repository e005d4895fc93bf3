/** `@mosec/metrics`: an observer that turns the events of a service into Prometheus metrics. */

export { type Metrics, type MetricsOptions, metricsObserver } from './metrics-observer.ts'
