/** The user's class: one method to write, everything else has a default. */

import type { Codec } from './codec.ts'
import { DecodingError, EncodingError, MosecError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { ReplicaReport } from './replica-report.ts'
import type { StandardSchema } from './schema.ts'
import { type Lend, readValue, writeValue } from './stage-value.ts'

/** What a worker is told when it is set up. */
export interface WorkerContext {
  /** Name of the stage, as metrics and logs print it. */
  readonly stage: string
  /** 1-based number of this replica within its stage. */
  readonly replica: number
  readonly maxBatchSize: number
  readonly logger: Logger
  /**
   * Says something of this replica for the server's metrics: what computes, numbers that rise and fall. Cheap: it leaves
   * once a second at most. Absent where nobody listens, in a test say.
   * @throws RangeError when a name or a number cannot be a metric's.
   */
  readonly report?: (report: ReplicaReport) => void
}

/** What a worker is told with each call of `forward`. */
export interface ForwardContext extends WorkerContext {
  /** Aborted when every client of this call has left, or its deadline or the stage's timeout has passed. */
  readonly signal: AbortSignal
  /** Time left for this call when it began, in milliseconds; `Infinity` when unknown. */
  readonly deadlineMs: number
}

/** How a worker's `forward` is called. */
export type WorkerKind = 'single' | 'batch' | 'stream' | 'batch-stream'

/** A result, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** One outcome per input: the value, or the error that this input alone is answered with. */
export type BatchResult<Out> = readonly (Out | Error)[]

/**
 * What all workers share: set-up, tear-down, and how bytes become values and back.
 *
 * `deserialize` and `serialize` are used at the two ends of a pipeline and go through `codecs`; `deserializeIpc` and
 * `serializeIpc` between stages.
 */
export abstract class BaseWorker<In = unknown, Out = unknown> {
  /** How `forward` is called; set by the four classes below. */
  abstract readonly kind: WorkerKind
  /** Formats that clients may speak, the default first. A mixin sets it. */
  codecs: readonly Codec[] = []
  /**
   * What clients must send: a schema of any library that follows Standard Schema. Checked in the ingress stage; `forward`
   * gets what the schema gives, and a client whose value it refuses is answered 422. See `withSchema`.
   */
  input?: StandardSchema<unknown, In> | undefined
  /** What `forward` must give; checked only at log level debug, and sent as it is. Not used by streams. */
  output?: StandardSchema<Out, unknown> | undefined
  /**
   * Its calls keep the thread that they run on, as native models do: refused with `isolation: 'inline'`, where that is
   * the server's own. Set to `false` in a subclass it is allowed all the same.
   */
  blocksEventLoop?: boolean
  /**
   * `false` promises that `forward` writes into no array that it was given, and keeps none, and no view of one, once it has
   * settled or its signal is aborted. They are then read in place: threads see large arrays in shared memory, and the memory
   * of large inputs is used again.
   */
  keepsInputs?: boolean
  /** Never set: carries the types for `server.route`. */
  declare readonly types?: { readonly input: In; readonly output: Out }

  /** Loads what `forward` needs. The replica is not ready before it resolves. */
  setup(_context: WorkerContext): Awaitable<void> {}

  /** Frees what `setup` took. Called once, after the last `forward`. */
  teardown(): Awaitable<void> {}

  /**
   * The client's bytes to a value, in the ingress stage.
   * @param codec index into `codecs` of the format the request came in.
   * @throws DecodingError when the bytes are not of that format.
   */
  deserialize(bytes: Uint8Array, codec = 0): unknown {
    return this.#codec(codec, 'deserialize').decode(bytes)
  }

  /**
   * A value to the client's bytes, in the egress stage.
   * @param codec index into `codecs` of the format the client wants.
   * @throws EncodingError when the value has no such form.
   */
  serialize(value: unknown, codec = 0): Uint8Array {
    return this.#codec(codec, 'serialize').encode(value)
  }

  /**
   * Another stage's bytes to a value, or a promise of it; the structured clone format, so typed arrays survive: as
   * copies, and as views of `bytes` with `keepsInputs = false`. It is called for all items of a batch in one go.
   * @throws DecodingError when the bytes are not of that format.
   */
  deserializeIpc(bytes: Uint8Array): unknown {
    try {
      return readValue(bytes, this.keepsInputs === false)
    } catch (cause) {
      throw new DecodingError('the previous stage sent bytes that are no structured clone', { cause })
    }
  }

  /**
   * A value to another stage's bytes, or a promise of them; the structured clone format, so typed arrays survive. It is
   * called for all items of a batch in one go.
   * @param lend memory that leaves without another copy, to be filled and returned whole; of use for large values.
   * @throws EncodingError when the value has no such form.
   */
  serializeIpc(value: unknown, lend?: Lend): Awaitable<Uint8Array> {
    try {
      return writeValue(value, lend)
    } catch (cause) {
      throw new EncodingError('the result cannot be cloned for the next stage (a function, a class?)', {
        cause,
      })
    }
  }

  #codec(index: number, method: string): Codec {
    const codec = this.codecs[index]
    if (codec !== undefined) return codec
    throw new MosecError(
      'configuration_error',
      '',
      `${this.constructor.name} has no codec ${index}: use a codec mixin, set codecs, or override ${method}`,
    )
  }
}

/**
 * Computes one task at a time.
 *
 * @example
 * class Upper extends Worker<string, string> {
 *   override forward(text: string) { return text.toUpperCase() }
 * }
 */
export abstract class Worker<In = unknown, Out = unknown> extends BaseWorker<In, Out> {
  readonly kind = 'single'
  /** An input for warm-up: the replica is ready only after `forward` ran on it. */
  example?: In
  /** Several inputs for warm-up, run in order; used instead of `example`. */
  examples?: readonly In[]
  /** The model's work. Throw a `MosecError` to tell the client what is wrong. */
  abstract forward(input: In, context: ForwardContext): Awaitable<Out>
}

/** For workers of batches whose inputs differ in size: which of them share a call of `forward`. */
export interface BatchCost<In> {
  /**
   * What an input costs, tokens or pixels say: a number of at least 0. With `maxBatchCost`, the inputs of one call cost
   * no more than that together; one that is dearer alone goes alone.
   */
  cost?(input: In): number
  /** The most that the inputs of one call may cost together, above 0. */
  maxBatchCost?: number
  /** Inputs of different buckets never share a call: a length rounded up, say, so that little is padded. */
  bucketBy?(input: In): string | number
}

/**
 * Computes a batch of tasks at once.
 *
 * @example
 * class Square extends BatchWorker<number, number> {
 *   override forward(batch: number[]) { return batch.map((x) => x * x) }
 * }
 */
export abstract class BatchWorker<In = unknown, Out = unknown>
  extends BaseWorker<In, Out>
  implements BatchCost<In>
{
  readonly kind = 'batch'
  maxBatchCost?: number
  /** See {@link BatchCost}; a method to override, and no cost when it is not. */
  cost?(input: In): number
  /** See {@link BatchCost}. */
  bucketBy?(input: In): string | number
  /**
   * Most inputs that `forward` takes, where the model knows a limit; `setup` may set it. A `maxBatchSize` beyond it is
   * refused, at the start and when it is changed while the server runs.
   */
  largestBatch?: number
  /** A batch for warm-up: the replica is ready only after `forward` ran on it. */
  example?: readonly In[]
  /** Several batches for warm-up, run in order; used instead of `example`. */
  examples?: readonly (readonly In[])[]
  /** The model's work: one outcome per input, in the same order. A throw blames the whole batch, which is halved. */
  abstract forward(inputs: In[], context: ForwardContext): Awaitable<BatchResult<Out>>
}

/** Answers one task with a stream of server-sent events. */
export abstract class StreamWorker<In = unknown> extends BaseWorker<In, string> {
  readonly kind = 'stream'
  /** An input for warm-up: the replica is ready only after its stream ended. */
  example?: In
  examples?: readonly In[]
  /** Yields the events' data; a plain string is `event: message`. */
  abstract forward(input: In, context: ForwardContext): AsyncIterable<string>
}

/** Answers a batch of tasks with one stream of server-sent events each. */
export abstract class BatchStreamWorker<In = unknown>
  extends BaseWorker<In, string>
  implements BatchCost<In>
{
  readonly kind = 'batch-stream'
  maxBatchCost?: number
  /** See {@link BatchCost}; a method to override, and no cost when it is not. */
  cost?(input: In): number
  /** See {@link BatchCost}. */
  bucketBy?(input: In): string | number
  /** A batch for warm-up: the replica is ready only after its streams ended. */
  example?: readonly In[]
  examples?: readonly (readonly In[])[]
  /** One stream per input, in the same order. */
  abstract forward(inputs: In[], context: ForwardContext): Awaitable<readonly AsyncIterable<string>[]>
}

/**
 * Any of the four. A worker both takes its inputs and holds some as examples, so no other type argument takes them all.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyWorker = Worker<any> | BatchWorker<any> | StreamWorker<any> | BatchStreamWorker<any>

/** A class that makes a worker, without arguments. */
export type WorkerClass<W extends AnyWorker = AnyWorker> = new () => W

/**
 * What a mixin takes: any of the four abstract classes or a subclass. TypeScript demands `any[]` here.
 */
// biome-ignore lint/suspicious/noExplicitAny: the compiler accepts no other constructor type for a mixin
export type MixinBase = abstract new (...args: any[]) => BaseWorker<any, any>
