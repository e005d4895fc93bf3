/** A worker whose schemas are zod's: they check what clients send, type `forward`, and describe the API. */

import { json } from '@mosec/codec-json'
import { msgpack } from '@mosec/codec-msgpack'
import { BatchWorker, type InferInput, type InferOutput, Server, withSchema } from 'mosec'
import { z } from 'zod'

const Input = z.object({
  points: z
    .array(z.object({ x: z.number(), y: z.number() }))
    .min(1)
    .max(1000),
  unit: z.enum(['mm', 'cm']).default('mm'),
})

const Output = z.object({
  width: z.number().nonnegative(),
  height: z.number().nonnegative(),
  unit: z.enum(['mm', 'cm']),
})

/** The smallest box around the points. */
class Box extends withSchema(BatchWorker, { input: Input, output: Output }) {
  override codecs = [json(), msgpack()]
  override example = [
    {
      points: [
        { x: 0, y: 0 },
        { x: 3, y: 4 },
      ],
      unit: 'mm' as const,
    },
  ]

  override forward(inputs: InferOutput<typeof Input>[]): InferInput<typeof Output>[] {
    return inputs.map(({ points, unit }) => ({
      width: extent(points.map(({ x }) => x)),
      height: extent(points.map(({ y }) => y)),
      unit,
    }))
  }
}

const extent = (values: number[]): number => Math.max(...values) - Math.min(...values)

const server = new Server({ info: { title: 'Boxes', version: '1.0.0' } })
server.appendWorker(Box, { route: '/box', maxBatchSize: 16 })
await server.run()
