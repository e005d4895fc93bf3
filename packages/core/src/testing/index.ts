/** `@mosec/core/testing`: what tests of core and of plugins need. Runs under any test runner. */

export { type ArrivalOptions, arrivals, seededRandom } from './arrivals.ts'
export { batchPolicyConformance } from './batch-policy-conformance.ts'
export { type CodecSubject, codecConformance } from './codec-conformance.ts'
export { CostlyReplica, type WorkRecord } from './costly-replica.ts'
export { EchoConnection } from './echo-connection.ts'
export { FakeClock } from './fake-clock.ts'
export { type HeldBatch, HeldReplica } from './held-replica.ts'
export { makeTask } from './make-task.ts'
export { type MemoryTransport, type MemoryTransportOptions, memoryTransport } from './memory-transport.ts'
export { processorMs } from './processor-ms.ts'
export {
  type RuntimeRequest,
  type RuntimeSubject,
  type RuntimeWorker,
  runtimeConformance,
} from './runtime-conformance.ts'
export { type BatchingResult, type BatchingScenario, simulateBatching } from './simulate-batching.ts'
export type { SuiteRunner } from './suite-runner.ts'
export { transportConformance } from './transport-conformance.ts'
export type { TransportFixture } from './transport-pair.ts'
