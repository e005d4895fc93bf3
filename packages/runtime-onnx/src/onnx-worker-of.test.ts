import { silentLogger, ValidationError } from '@mosec/core'
import { expect, it } from 'vitest'
import { onnxWorker } from './onnx-worker-of.ts'
import { sumModel } from './testing/small-models.ts'

it('a worker of functions does what its class would', async () => {
  const sizes: unknown[] = []
  const Sum = onnxWorker({
    name: 'Sum',
    load: () => sumModel(),
    warmupBatchSizes: [2],
    preprocess: (text: string) => Float32Array.from(text.split(' '), Number),
    predict: (session, feeds) => {
      sizes.push(feeds['x']?.dims[0])
      return session.run(feeds)
    },
    postprocess: ([sum = 0], text) => `${text} = ${sum}`,
  })
  expect(Sum.name).toBe('Sum')
  const worker = new Sum()
  await worker.setup({ stage: 'sum', replica: 1, maxBatchSize: 4, logger: silentLogger })
  expect(await worker.forward(['1 2 3', '1', '4 5 6'])).toEqual([
    '1 2 3 = 6',
    new ValidationError('expected a Float32Array of 3 values, shape [3], got a Float32Array of 1 values'),
    '4 5 6 = 15',
  ])
  expect(sizes).toEqual([2, 2])
  await worker.teardown()
})
