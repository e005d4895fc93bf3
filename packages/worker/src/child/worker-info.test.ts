import { BatchWorker, type Logger, type StandardSchema, silentLogger, Worker } from '@mosec/core'
import { describe, expect, test } from 'vitest'
import { workerInfo } from './worker-info.ts'

const standard = { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } as const
const schema: StandardSchema = { '~standard': standard }

class Echo extends Worker {
  override forward(input: unknown): unknown {
    return input
  }
}

const worker = (parts: Partial<Pick<Echo, 'input' | 'output' | 'example' | 'examples'>>): Echo =>
  Object.assign(new Echo(), parts)

describe('the JSON Schema of a worker’s schemas', () => {
  const object = { type: 'object' }
  const ways: [string, StandardSchema][] = [
    [
      'Standard JSON Schema',
      Object.assign(() => {}, {
        '~standard': {
          ...standard,
          jsonSchema: { input: ({ target }: { target: string }) => ({ ...object, $comment: target }) },
        },
      }),
    ],
    [
      'zod’s method',
      Object.assign({ toJSONSchema: ({ io }: { io: string }) => ({ ...object, $comment: io }) }, schema),
    ],
    ['arktype’s method', Object.assign({ toJsonSchema: () => ({ ...object, $comment: 'own' }) }, schema)],
  ]

  test.each(ways)('comes by %s', async (_, input) => {
    const info = await workerInfo(worker({ input, output: input }), silentLogger)
    expect(info.inputSchema).toMatchObject(object)
    expect(info.inputSchema?.['$comment']).toMatch(/^(draft-2020-12|input|own)$/)
    expect(info.outputSchema).toEqual(info.inputSchema)
  })

  const cannot = (toJsonSchema: () => unknown): StandardSchema => Object.assign({ toJsonSchema }, schema)
  test.each<[string, StandardSchema, string]>([
    ['offers none', schema, 'test offers none through the schema itself'],
    [
      'throws',
      cannot(() => {
        throw new Error('a Date has no JSON Schema')
      }),
      'a Date has no JSON Schema',
    ],
    ['gives nothing', cannot(() => undefined), 'its library gave nothing'],
    ['gives no object', cannot(() => true), 'it is no object'],
    ['gives too much', cannot(() => ({ title: 'x'.repeat(300_000) })), 'it is longer than 262144 characters'],
  ])('is absent, with a debug line, when the library %s', async (_, output, reason) => {
    const lines: string[] = []
    const logger: Logger = { ...silentLogger, debug: (line) => lines.push(line) }
    const info = await workerInfo(worker({ output }), logger)
    expect(info.outputSchema).toBeUndefined()
    expect(lines).toEqual([
      `Echo.output has no JSON Schema, so the OpenAPI document does not show it: ${reason}`,
    ])
  })
})

describe('examples for clients', () => {
  test('are those that JSON can say, a few and short ones', async () => {
    const examples = [
      { x: 1 },
      new Float32Array(2),
      new Date(0),
      Number.NaN,
      'y'.repeat(9000),
      () => 1,
      [null],
    ]
    expect((await workerInfo(worker({ examples }), silentLogger)).examples).toEqual([{ x: 1 }, [null]])
    const many = Array.from({ length: 100 }, (_, index) => index)
    expect((await workerInfo(worker({ examples: many }), silentLogger)).examples).toEqual([0, 1, 2, 3])
    expect((await workerInfo(worker({ example: false }), silentLogger)).examples).toEqual([false])
    expect((await workerInfo(worker({}), silentLogger)).examples).toEqual([])
  })

  test('of a batch worker are its batches’ inputs', async () => {
    class Batches extends BatchWorker<number, number> {
      override examples = [[1, 2], [3]]
      override forward(batch: number[]): number[] {
        return batch
      }
    }
    expect((await workerInfo(new Batches(), silentLogger)).examples).toEqual([1, 2, 3])
  })

  test('leave out what the schema would not take from a client', async () => {
    const input: StandardSchema = {
      '~standard': {
        ...standard,
        validate: async (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'no' }] }),
      },
    }
    const info = await workerInfo(worker({ input, examples: ['1', 1] }), silentLogger)
    expect(info.examples).toEqual([1])
  })
})
