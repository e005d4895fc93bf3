import { silentLogger, TimeoutError, ValidationError, type WorkerContext } from '@mosec/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import EmbedWorker from './embed.ts'
import FormatWorker from './format.ts'
import { dimensions, type EmbeddedTexts, type TokenizedTexts } from './messages.ts'
import TokenizeWorker from './tokenize.ts'

const context: WorkerContext = { stage: 'embed', replica: 1, maxBatchSize: 8, logger: silentLogger }
const tokenize = new TokenizeWorker()
const embed = new EmbedWorker()
const format = new FormatWorker()

beforeAll(async () => {
  tokenize.setup()
  await embed.setup(context)
})

afterAll(() => {
  embed.teardown()
})

async function embedAll(
  requests: TokenizedTexts[],
  signal = new AbortController().signal,
): Promise<EmbeddedTexts[]> {
  const results = await embed.forward(requests, { signal })
  return results.map((result) => {
    if (result instanceof Error) throw result
    return result
  })
}

async function vectorsOf(...inputs: string[]): Promise<Float32Array[]> {
  const [result] = await embedAll([tokenize.forward({ input: inputs })])
  if (result === undefined) throw new Error('no result')
  return inputs.map((_, n) => result.vectors.subarray(n * dimensions, (n + 1) * dimensions))
}

// The vectors have unit length.
async function cosine(a: string, b: string): Promise<number> {
  const [left, right] = await vectorsOf(a, b)
  return left?.reduce((sum, value, n) => sum + value * (right?.[n] ?? 0), 0) ?? Number.NaN
}

const greatestDifference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, n) => Math.abs(value - (b[n] ?? Number.NaN))))

describe('the embeddings stages', () => {
  it('find like sentences alike', async () => {
    expect(await cosine('How old are you?', 'What is your age?')).toBeCloseTo(0.846, 2)
    expect(await cosine('cat', 'kitten')).toBeCloseTo(0.763, 2)
    const unrelated = await cosine('How old are you?', 'The train to Geneva leaves at noon.')
    expect(unrelated).toBeGreaterThan(-0.05)
    expect(unrelated).toBeLessThan(0.2)
    expect(await cosine('How old are you?', 'How old are you?')).toBeCloseTo(1, 5)
  })

  it('give the same in a batch as alone, whatever stands beside', async () => {
    const texts = [
      'How old are you?',
      'word '.repeat(200),
      'x',
      ...Array.from({ length: 30 }, (_, n) => `text number ${n}`),
    ]
    const [together] = await embedAll([tokenize.forward({ input: texts })])
    const apart = await embedAll(texts.map((input) => tokenize.forward({ input })))
    const joined = new Float32Array(apart.flatMap(({ vectors }) => Array.from(vectors)))
    expect(greatestDifference(together?.vectors ?? new Float32Array(), joined)).toBeLessThan(1e-6)
  })

  it('give a long text the vector of the part that the model reads', async () => {
    const [long, cut] = await vectorsOf('word '.repeat(5000), 'word '.repeat(128))
    expect(greatestDifference(long ?? new Float32Array(), cut ?? new Float32Array())).toBe(0)
  })

  it('refuse bad requests one by one', async () => {
    expect(() => tokenize.forward({ input: ['a', ' \n'] })).toThrow(ValidationError)
    expect(() => tokenize.forward({ input: ['a', ' \n'] })).toThrow(
      'input[1]: there is nothing but white space in it',
    )
    expect(() => tokenize.forward({ input: ' ' })).toThrow('input: there is nothing but white space in it')
    expect(() => tokenize.forward({})).toThrow(ValidationError)
    expect(await embedAll([tokenize.forward({ input: 'a' })])).toHaveLength(1)
  })

  it('refuse more than the model can compute in time, without reading to the end', () => {
    const tooMany = Array(65).fill('word '.repeat(200))
    // The blank text would be refused in other words, were it read.
    expect(() => tokenize.forward({ input: [...tooMany, ' '] })).toThrow(
      'input: at most 8192 tokens together, got 8320 in the first 65 texts; send fewer texts at a time',
    )
    expect(tokenize.forward({ input: Array(2048).fill('old age') }).lengths).toHaveLength(2048)
  })

  it('stop computing when nobody waits any more, and go on with the next', async () => {
    const stopped = await embed.forward([tokenize.forward({ input: 'a' })], { signal: AbortSignal.abort() })
    expect(stopped).toEqual([expect.any(TimeoutError)])
    expect(await embedAll([tokenize.forward({ input: 'a' })])).toHaveLength(1)
  })

  it('answer as OpenAI does, in floats and in base64', async () => {
    const [floats, base64] = await embedAll([
      tokenize.forward({ input: ['How old are you?', 'x'] }),
      tokenize.forward({ input: ['How old are you?', 'x'], encoding_format: 'base64' }),
    ])
    if (floats === undefined || base64 === undefined) throw new Error('no result')
    const answer = format.forward(floats)
    expect(answer).toEqual({
      object: 'list',
      data: [0, 1].map((index) => ({ object: 'embedding', index, embedding: expect.any(Array) })),
      model: 'universal-sentence-encoder-lite',
      usage: { prompt_tokens: 6, total_tokens: 6 },
    })
    const decoded = format.forward(base64).data.map(({ embedding }) => {
      const bytes = Buffer.from(String(embedding), 'base64')
      return Array.from({ length: dimensions }, (_, n) => bytes.readFloatLE(n * 4))
    })
    expect(decoded).toEqual(answer.data.map(({ embedding }) => embedding))
  })

  it('hand their values on through the bytes between stages', async () => {
    const tokenized = tokenize.forward({ input: ['a', 'b c'] })
    expect(embed.deserializeIpc(await tokenize.serializeIpc(tokenized))).toEqual(tokenized)
    const [embedded] = await embedAll([tokenized, tokenized])
    const bytes = await embed.serializeIpc(embedded)
    expect(bytes.length).toBeLessThan(2 * dimensions * 4 + 200)
    expect(format.deserializeIpc(bytes)).toEqual(embedded)
  })
})
