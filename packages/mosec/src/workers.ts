/** The four kinds of worker with JSON at both ends, unless a mixin or `codecs` says otherwise. */

import { JsonMixin } from '@mosec/codec-json'
import {
  BatchStreamWorker as CoreBatchStreamWorker,
  BatchWorker as CoreBatchWorker,
  StreamWorker as CoreStreamWorker,
  Worker as CoreWorker,
} from '@mosec/core'

/**
 * Computes one task at a time.
 *
 * @example
 * class Upper extends Worker<string, string> {
 *   override forward(text: string) { return text.toUpperCase() }
 * }
 */
export abstract class Worker<In = unknown, Out = unknown> extends JsonMixin(CoreWorker)<In, Out> {}

/**
 * Computes a batch of tasks at once; one outcome per input.
 *
 * @example
 * class Square extends BatchWorker<number, number> {
 *   override forward(batch: number[]) { return batch.map((x) => x * x) }
 * }
 */
export abstract class BatchWorker<In = unknown, Out = unknown> extends JsonMixin(CoreBatchWorker)<In, Out> {}

/** Answers one task with a stream of server-sent events. */
export abstract class StreamWorker<In = unknown> extends JsonMixin(CoreStreamWorker)<In> {}

/** Answers a batch of tasks with one stream of server-sent events each. */
export abstract class BatchStreamWorker<In = unknown> extends JsonMixin(CoreBatchStreamWorker)<In> {}
