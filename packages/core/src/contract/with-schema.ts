/** Schemas as the types of a worker. */

import type { InferInput, InferOutput, StandardSchema } from './schema.ts'
import type { BaseWorker, BatchStreamWorker, BatchWorker, MixinBase, StreamWorker, Worker } from './worker.ts'

/** What clients send, and what they get; either may be left out. */
export interface WorkerSchemas {
  readonly input?: StandardSchema
  readonly output?: StandardSchema
}

/** What `forward` takes: the input schema's output. */
type Taken<Schemas> = Schemas extends { readonly input: infer S extends StandardSchema }
  ? InferOutput<S>
  : unknown

/** What `forward` gives: the output schema's input, since the result is checked and sent as it is. */
type Given<Schemas> = Schemas extends { readonly output: infer S extends StandardSchema }
  ? InferInput<S>
  : unknown

/** The one of the four classes that a worker extends, with other type arguments. */
type Retyped<W, In, Out> = W extends { readonly kind: 'single' }
  ? Worker<In, Out>
  : W extends { readonly kind: 'batch' }
    ? BatchWorker<In, Out>
    : W extends { readonly kind: 'stream' }
      ? StreamWorker<In>
      : W extends { readonly kind: 'batch-stream' }
        ? BatchStreamWorker<In>
        : BaseWorker<In, Out>

/** With the members that the user's own base class adds. */
type Extended<W, Kind> =
  Exclude<keyof W, keyof Kind> extends never ? Kind : Kind & Pick<W, Exclude<keyof W, keyof Kind>>

/** What {@link withSchema} makes of a base. */
export type SchemaBase<Base extends MixinBase, Schemas> = abstract new () => Extended<
  InstanceType<Base>,
  Retyped<InstanceType<Base>, Taken<Schemas>, Given<Schemas>>
>

/**
 * A subclass of `base` whose `input` and `output` are the schemas, and whose `forward` has their types.
 *
 * @example
 * const Point = z.object({ x: z.number() })
 * class Square extends withSchema(BatchWorker, { input: Point, output: Point }) {
 *   override forward(points: InferOutput<typeof Point>[]) { return points.map(({ x }) => ({ x: x * x })) }
 * }
 */
export function withSchema<Base extends MixinBase, const Schemas extends WorkerSchemas>(
  base: Base,
  schemas: Schemas,
): SchemaBase<Base, Schemas> {
  abstract class SchemaWorker extends base {
    override input = schemas.input
    override output = schemas.output
  }
  // The compiler cannot give a class other type arguments than those of its base.
  return SchemaWorker as unknown as SchemaBase<Base, Schemas>
}
