/** Compiled, never run: the mixin keeps the base's type, so type arguments can follow the call. */

import { BatchWorker, StreamWorker, type Worker } from '@mosec/core'
import { MsgpackMixin } from './msgpack-mixin.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isExact = <_ extends true>(): void => {}

isExact<Same<ReturnType<typeof MsgpackMixin<typeof BatchWorker>>, typeof BatchWorker>>()
isExact<Same<ReturnType<typeof MsgpackMixin<typeof Worker>>, typeof Worker>>()

export class Square extends MsgpackMixin(BatchWorker)<{ x: number }, { x: number }> {
  override example = [{ x: 1 }]
  override forward(batch: { x: number }[]): { x: number }[] {
    return batch.map(({ x }) => ({ x: x * x }))
  }
}

export class Count extends MsgpackMixin(StreamWorker)<number> {
  override async *forward(to: number): AsyncIterable<string> {
    for (let i = 0; i < to; i++) yield String(i)
  }
}

export class Wrong extends MsgpackMixin(BatchWorker)<{ x: number }, { x: number }> {
  // @ts-expect-error the result must be { x: number }
  override forward(batch: { x: number }[]): { y: number }[] {
    return batch.map(({ x }) => ({ y: x }))
  }
}
