/** What the compiler must accept and refuse, with each library; compiled with the tests, never run. */

import { MsgpackMixin } from '@mosec/codec-msgpack'
import { type } from 'arktype'
import {
  BatchStreamWorker,
  BatchWorker,
  type InputOf,
  type OutputOf,
  Server,
  StreamWorker,
  stage,
  Worker,
  withSchema,
} from 'mosec'
import * as v from 'valibot'
import { z } from 'zod'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isExact = <_ extends true>(): void => {}

interface Sent {
  points: { x: number }[]
}
interface Taken extends Sent {
  scale: number
}
interface Answer {
  sum: number
}

const zodInput = z.object({ points: z.array(z.object({ x: z.number() })), scale: z.number().default(1) })
const zodOutput = z.object({ sum: z.number() })
const valibotInput = v.object({
  points: v.array(v.object({ x: v.number() })),
  scale: v.optional(v.number(), 1),
})
const valibotOutput = v.object({ sum: v.number() })
const arktypeInput = type({ points: type({ x: 'number' }).array(), scale: 'number = 1' })
const arktypeOutput = type({ sum: 'number' })

const sum = ({ points, scale }: Taken): Answer => ({ sum: scale * points.reduce((all, { x }) => all + x, 0) })

// The schema is the type of what `forward` takes and gives.
class ZodSum extends withSchema(Worker, { input: zodInput, output: zodOutput }) {
  override example = { points: [{ x: 1 }], scale: 2 }
  override forward(input: Taken): Answer {
    return sum(input)
  }
}
class ValibotSum extends withSchema(Worker, { input: valibotInput, output: valibotOutput }) {
  override forward(input: Taken): Answer {
    return sum(input)
  }
}
class ArktypeSum extends withSchema(Worker, { input: arktypeInput, output: arktypeOutput }) {
  override async forward(input: Taken): Promise<Answer> {
    return sum(input)
  }
}
class ZodSums extends withSchema(BatchWorker, { input: zodInput, output: zodOutput }) {
  override example = [{ points: [{ x: 1 }], scale: 2 }]
  override forward(inputs: Taken[]): (Answer | Error)[] {
    return inputs.map(sum)
  }
}
class ValibotSums extends withSchema(BatchWorker, { input: valibotInput, output: valibotOutput }) {
  override forward(inputs: Taken[]): Answer[] {
    return inputs.map(sum)
  }
}
class ArktypeSums extends withSchema(BatchWorker, { input: arktypeInput, output: arktypeOutput }) {
  override forward(inputs: Taken[]): Answer[] {
    return inputs.map(sum)
  }
}

type Taking<In> = { points: { x: number }[]; scale: number } extends In ? true : false
isExact<Taking<InputOf<ZodSum>>>()
isExact<Taking<InputOf<ValibotSum>>>()
isExact<Taking<InputOf<ArktypeSum>>>()
isExact<Same<InputOf<ZodSums>, z.output<typeof zodInput>>>()
isExact<Same<InputOf<ValibotSums>, v.InferOutput<typeof valibotInput>>>()
isExact<Same<InputOf<ArktypeSums>, typeof arktypeInput.infer>>()
isExact<Same<OutputOf<ZodSum>, { sum: number }>>()
isExact<Same<OutputOf<ValibotSum>, { sum: number }>>()
isExact<Same<OutputOf<ArktypeSum>, { sum: number }>>()
isExact<Same<OutputOf<ZodSums>, { sum: number }>>()
isExact<Same<OutputOf<ValibotSums>, { sum: number }>>()
isExact<Same<OutputOf<ArktypeSums>, { sum: number }>>()

export class WrongInput extends withSchema(Worker, { input: zodInput }) {
  // @ts-expect-error: the schema gives objects
  override forward(input: string): unknown {
    return input
  }
}
export class WrongOutput extends withSchema(BatchWorker, { input: valibotInput, output: valibotOutput }) {
  // @ts-expect-error: the output schema takes { sum: number }
  override forward(inputs: Taken[]): { total: number }[] {
    return inputs.map((input) => ({ total: sum(input).sum }))
  }
}
export class WrongExample extends withSchema(BatchWorker, { input: arktypeInput }) {
  // @ts-expect-error: an example of a batch worker is a batch
  override example = { points: [], scale: 1 }
  override forward(inputs: Taken[]): unknown[] {
    return inputs
  }
}
// @ts-expect-error: forward is still to be written
export class Unwritten extends withSchema(Worker, { input: zodInput }) {}

// The other kinds, mixins and bases of one's own.
export class Stream extends withSchema(StreamWorker, { input: z.string() }) {
  override async *forward(text: string): AsyncIterable<string> {
    yield text
  }
}
export class Streams extends withSchema(BatchStreamWorker, { input: z.string() }) {
  override forward(texts: string[]): AsyncIterable<string>[] {
    return texts.map(async function* (text) {
      yield text
    })
  }
}
export class Packed extends withSchema(MsgpackMixin(BatchWorker), { input: zodInput, output: zodOutput }) {
  override forward(inputs: Taken[]): Answer[] {
    return inputs.map(sum)
  }
}
abstract class WithModel<In, Out> extends Worker<In, Out> {
  model = { factor: 2 }
}
export class OnModel extends withSchema(WithModel, { input: zodInput, output: zodOutput }) {
  override forward(input: Taken): Answer {
    return { sum: sum(input).sum * this.model.factor }
  }
}

// A plain member is checked against the type arguments.
export class Plain extends Worker<Taken, Answer> {
  override input = zodInput
  override output = zodOutput
  override forward(input: Taken): Answer {
    return sum(input)
  }
}
export class PlainBatch extends BatchWorker<Taken, Answer> {
  override input = arktypeInput
  override forward(inputs: Taken[]): Answer[] {
    return inputs.map(sum)
  }
}
export class PlainWrong extends Worker<{ other: string }, Answer> {
  // @ts-expect-error: the schema gives something else than forward takes
  override input = valibotInput
  override forward(): Answer {
    return { sum: 0 }
  }
}

// Stages with schemas are stages like any other: neighbours must fit.
const server = new Server({ info: { title: 'Sums', version: '1.0.0' } })
server.appendWorker(ZodSums, { maxBatchSize: 8 })
// @ts-expect-error: a worker of single tasks
server.appendWorker(ZodSum, { maxBatchSize: 8 })
server.route('/once', stage(ZodSum))
// @ts-expect-error: the sum is no list of points
server.route('/twice', stage(ZodSum), stage(ValibotSum))
