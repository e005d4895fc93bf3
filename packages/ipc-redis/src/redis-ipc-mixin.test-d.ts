/** Compiled, never run: the mixin keeps the base's type, so type arguments can follow the call. */

import { BatchWorker, type Worker } from '@mosec/core'
import { RedisIpcMixin } from './redis-ipc-mixin.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isExact = <_ extends true>(): void => {}

isExact<Same<ReturnType<typeof RedisIpcMixin<typeof BatchWorker>>, typeof BatchWorker>>()
isExact<Same<ReturnType<typeof RedisIpcMixin<typeof Worker>>, typeof Worker>>()

const redis = { url: 'redis://127.0.0.1:6379' }

export class Sum extends RedisIpcMixin(BatchWorker, redis)<Float32Array, number> {
  override example = [Float32Array.of(1, 2)]
  override forward(batch: Float32Array[]): number[] {
    return batch.map((values) => values.reduce((sum, x) => sum + x, 0))
  }
}

export class Wrong extends RedisIpcMixin(BatchWorker, redis)<Float32Array, number> {
  // @ts-expect-error the result must be numbers
  override forward(batch: Float32Array[]): string[] {
    return batch.map(String)
  }
}

// @ts-expect-error the url is needed
RedisIpcMixin(BatchWorker, {})
