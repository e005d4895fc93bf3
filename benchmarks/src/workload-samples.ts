/** Invented data for each workload of the list: what its tables and charts are tested with. */

import { belowCapacity } from './below-capacity/below-capacity.ts'
import { busy } from './busy/busy.ts'
import { echo } from './closed-loop/echo.ts'
import { embeddings } from './closed-loop/embeddings.ts'
import { pythonWorkers } from './closed-loop/python-workers.ts'
import { sleepingModel } from './closed-loop/sleeping-model.ts'
import { faults } from './faults/faults.ts'
import { memory } from './footprint/memory.ts'
import { start } from './footprint/start.ts'
import { axes, keyOf } from './growth/axes.ts'
import { growth } from './growth/growth.ts'
import { ingress } from './ingress/ingress.ts'
import type { KindReport } from './load/open-loop/plan.ts'
import { overload } from './overload/overload.ts'
import { crossover, payloads } from './payloads/payloads.ts'
import { pictures } from './pictures/pictures.ts'
import { policies } from './policies/policies.ts'
import type { Result } from './report/result.ts'
import { runtimes } from './runtimes/runtimes.ts'
import { soak } from './soak/soak.ts'
import { where } from './where/where.ts'
import type { Workload } from './workload.ts'

const sample = <Data>({ id }: Workload<Data>, data: Data): readonly [id: string, data: unknown] => [id, data]

const result = (cell: string, server: string, figures: Result['figures']): Result => ({
  cell,
  server,
  isOurs: server === 'ours',
  figures,
  failures: 0,
  rounds: [figures],
})

const closed = ['ours', 'mosec'].map((server, index) =>
  result('batch 32, c = 1', server, {
    requestsPerSecond: 1000 + index,
    cpuUsPerRequest: 30,
    p50Ms: 2,
    p99Ms: 9,
  }),
)
const innocent: KindReport = {
  name: 'innocent',
  sent: 1000,
  good: 998,
  late: 0,
  left: 0,
  statuses: { 200: 998, 500: 2 },
  failures: {},
  p50Ms: 3,
  p99Ms: 9,
  maxMs: 40,
}
const load = { kinds: [innocent], countedFrom: 0, cpuShare: 0.1, p99LagMs: 1, connectionsOpened: 10 }
const overloaded = {
  cell: { server: 'ours', deadline: 'header', times: 4 },
  requests: innocent,
  goodPerSecond: 1450,
  computed: 1500,
  forNobody: 0.01,
  serverCpu: 0.5,
  load,
  residentMb: [1, 2, 3, 4].map((seconds) => ({ seconds, value: 100 })),
} as const
const payload = {
  requestsPerSecond: 100,
  gigabytesPerSecond: 0.8,
  cpuUsPerRequest: 5000,
  peakRssBytes: 1e8,
  failures: 0,
}
const payloadResults = ['bare', 'process', 'thread'].map((server) => ({
  bytes: 8 * 1024 * 1024,
  server,
  rounds: [payload],
  median: payload,
}))
const series = [1, 2, 3, 4].map((seconds) => ({ seconds, value: 10 }))
const batching = { meanMs: 7, p50Ms: 6, p99Ms: 12, batchSize: 4, perMs: 1.5 }
const resident = { residentBytes: 55e6, shareBytes: 20e6 }
const cost = { cpuUs: 40, ingressUs: 30, failures: 0 }

/** By id; to be compared with the list, so that none is missing. */
export const workloadSamples: ReadonlyMap<string, unknown> = new Map([
  sample(echo, closed),
  sample(sleepingModel, closed),
  sample(embeddings, closed),
  ...pythonWorkers.map((workload) => sample(workload, closed)),
  sample(busy, [result('JSON 100 B', 'ours', { busy: 99.2, requestsPerSecond: 1500 })]),
  sample(belowCapacity, [
    result('50 %', 'ours', { p50Ms: 10, p99Ms: 27 }),
    result('80 %', 'ours', { p50Ms: 20, p99Ms: 42 }),
  ]),
  sample(pictures, [result('wasm, c = 16', 'ours', { decode: 5, network: 97, 'top-k': 1, slowest: 97 })]),
  sample(overload, { runs: [overloaded], long: [overloaded] }),
  sample(
    faults,
    ['1, no faults', '1, faults'].map((name) => ({ name, kills: 2, metrics: [], report: load })),
  ),
  sample(soak, {
    load,
    phases: ['load', 'idle', 'streams', 'after'].map((name) => ({
      name,
      series: { residentMb: series, handles: series, lagMs: series },
    })),
    streams: { events: 1000, ended: 0 },
    leftovers: [],
  }),
  sample(runtimes, {
    results: [
      { runtime: 'onnx', model: 'Silero', backend: 'cpu', msPerItem: { 1: 0.3, 8: 0.1 }, costAt8: null },
    ],
    missing: [],
  }),
  sample(
    policies,
    [0.05, 0.5].map((share) => ({
      cost: 'W2, 5 ms + 0.5 ms * n',
      pattern: 'Poisson' as const,
      replicas: 1,
      load: share,
      adaptive: batching,
      mosec: batching,
      best: batching,
      bestWaitMs: 1,
    })),
  ),
  sample(payloads, payloadResults),
  sample(crossover, payloadResults),
  sample(
    ingress,
    [0, 1].map((count) => ({
      count,
      connections: 64,
      rounds: [
        {
          scheduler: 20,
          ingresses: 30 * count,
          replicas: 5,
          requestsPerSecond: 40_000,
          p50Ms: 1,
          p99Ms: 4,
          failures: 0,
        },
      ],
    })),
  ),
  sample(growth, {
    isQuick: true,
    medians: axes(true).flatMap(({ sizes, at }) =>
      sizes.map((size, index) => [keyOf(at(size)), { ...cost, cpuUs: 40 + index }] as const),
    ),
    depths: [
      [64, 2],
      [10_000, 3],
    ],
    rounds: [],
  }),
  sample(
    start,
    [1, 16].flatMap((replicas) =>
      [0, 2000].map(
        (loadMs) =>
          [
            { replicas, loadMs, isolation: 'process' as const },
            { readyMs: 600 + loadMs, cpuMs: 150 * replicas },
          ] as const,
      ),
    ),
  ),
  sample(memory, [{ fresh: resident, idle: resident, threadBytes: 15e6, connectionBytes: 8000 }]),
  sample(where, { cpu: { ingress: 24, replica: 4 }, us: [['parse HTTP', 1.6]] }),
])
