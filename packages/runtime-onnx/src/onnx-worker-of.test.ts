import { silentLogger, ValidationError } from '@mosec/core'
import { expect, it } from 'vitest'
import { onnxWorker } from './onnx-worker-of.ts'
import { sameModel, sumModel } from './testing/small-models.ts'

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

it('takes plain arrays without preprocess, since JSON has no others, and checks each number', async () => {
  const Sum = onnxWorker({ load: () => sumModel(), postprocess: ([sum]) => sum })
  const worker = new Sum()
  await worker.setup({ stage: 'sum', replica: 1, maxBatchSize: 4, logger: silentLogger })
  const bad: unknown = [1, 'secret', 3]
  const shaped: unknown = { data: [4, 5, 6], shape: [3] }
  expect(await worker.forward([[1, 2, 3], [1, 2], bad as number[], shaped as number[]])).toEqual([
    6,
    new ValidationError('expected numbers of the shape [3], nested or in one array, got the shape [2]'),
    new ValidationError('at [1]: expected a finite float32 number, got a string'),
    15,
  ])
  await worker.teardown()
})

it('takes plain arrays for int64, and arrays of open length', async () => {
  const Same = onnxWorker({
    load: () => sameModel('int64', ['batch', 'n']),
    postprocess: (row: BigInt64Array) => row.slice(),
  })
  const worker = new Same()
  await worker.setup({ stage: 'same', replica: 1, maxBatchSize: 4, logger: silentLogger })
  expect(await worker.forward([[1, 2], [3], [0.5]])).toEqual([
    BigInt64Array.of(1n, 2n),
    BigInt64Array.of(3n),
    expect.any(ValidationError),
  ])
  await worker.teardown()
})

it('does not blame the client for what preprocess gives in a wrong type', async () => {
  const Sum = onnxWorker({
    load: () => sumModel(),
    preprocess: (values: number[]): unknown => values,
    postprocess: ([sum]) => sum,
  })
  const worker = new Sum()
  await worker.setup({ stage: 'sum', replica: 1, maxBatchSize: 4, logger: silentLogger })
  expect(await worker.forward([[1, 2, 3]])).toEqual([
    new TypeError(
      'preprocess must give a Float32Array of 3 values, shape [3], and gave an Array of 3 values',
    ),
  ])
  await worker.teardown()
})
