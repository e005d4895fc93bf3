import { randomBytes } from 'node:crypto'
import { silentLogger, ValidationError, type WorkerContext } from '@mosec/core'
import { processorMs } from '@mosec/core/testing'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import ClassifyWorker from './classify.ts'
import DecodeWorker from './decode.ts'
import LabelWorker from './label.ts'
import { pixelBytes, sizePixels } from './read-pixels.ts'

const context: WorkerContext = { stage: 'classify', replica: 1, maxBatchSize: 4, logger: silentLogger }
const decode = new DecodeWorker()
const classify = new ClassifyWorker()
const label = new LabelWorker()

beforeAll(async () => {
  decode.setup()
  classify.backends = ['wasm']
  await classify.setup(context)
})

afterAll(() => {
  classify.teardown()
})

/** Red on the left, blue on the right. */
function redAndBlue(width = 300, height = 200): Sharp {
  const blue = { create: { width: width / 2, height, channels: 3 as const, background: 'blue' } }
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: blue, left: width / 2, top: 0 },
  ])
}

/** The colour at a place given in parts of the size. */
function colourAt(pixels: Uint8Array, x: number, y: number): number[] {
  const start = (Math.floor(y * sizePixels) * sizePixels + Math.floor(x * sizePixels)) * 3
  return Array.from(pixels.subarray(start, start + 3))
}

async function expectGoodImageToWork(): Promise<void> {
  expect((await decode.forward(await redAndBlue().png().toBuffer())).length).toBe(pixelBytes)
}

describe('decode', () => {
  it.each([
    ['JPEG', () => redAndBlue().jpeg()],
    ['PNG', () => redAndBlue().png()],
    ['WebP', () => redAndBlue().webp()],
    ['a palette', () => redAndBlue().png({ palette: true })],
    ['a progressive JPEG', () => redAndBlue().jpeg({ progressive: true })],
  ])('reads %s', async (_name, image) => {
    const pixels = await decode.forward(await image().toBuffer())
    expect(pixels.length).toBe(pixelBytes)
    const [red, , noBlue] = colourAt(pixels, 0.2, 0.5)
    const [noRed, , blue] = colourAt(pixels, 0.8, 0.5)
    expect([red, blue].every((value) => Number(value) > 240)).toBe(true)
    expect([noRed, noBlue].every((value) => Number(value) < 15)).toBe(true)
  })

  it('brings every kind of pixel to 8-bit RGB', async () => {
    const grey = await redAndBlue().greyscale().png().toBuffer()
    const deep = await redAndBlue().toColourspace('rgb16').png().toBuffer()
    const cmyk = await redAndBlue().toColourspace('cmyk').jpeg().toBuffer()
    const transparent = {
      create: { width: 9, height: 9, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    }
    for (const file of [grey, deep, cmyk]) expect((await decode.forward(file)).length).toBe(pixelBytes)
    expect(colourAt(await decode.forward(deep), 0.2, 0.5)).toEqual([255, 0, 0])
    expect(colourAt(await decode.forward(await sharp(transparent).png().toBuffer()), 0.5, 0.5)).toEqual([
      255, 255, 255,
    ])
  })

  it('turns a photograph upright', async () => {
    // Orientation 6: the camera was turned, show it a quarter clockwise. Left becomes top.
    const pixels = await decode.forward(await redAndBlue().withMetadata({ orientation: 6 }).png().toBuffer())
    expect(colourAt(pixels, 0.5, 0.2)).toEqual([255, 0, 0])
    expect(colourAt(pixels, 0.5, 0.8)).toEqual([0, 0, 255])
  })

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(['red', 'blue'].map((background) => frame(background)))
    const file = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    expect(colourAt(await decode.forward(file), 0.5, 0.9)).toEqual([255, 0, 0])
  })

  it('takes a single pixel', async () => {
    expect((await decode.forward(decode.example)).length).toBe(pixelBytes)
  })

  it.each([
    ['no bytes', async () => Buffer.alloc(0)],
    ['text', async () => Buffer.from('this is no image')],
    ['noise', async () => randomBytes(100_000)],
    [
      'SVG',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'),
    ],
    ['GIF', () => redAndBlue().gif().toBuffer()],
  ])('refuses %s at once', async (_name, file) => {
    await expectRefusal(await file(), /the body is no JPEG, PNG or WebP image|damaged or incomplete/)
  })

  it.each(['jpeg', 'png', 'webp'] as const)('refuses a truncated %s, wherever it is cut', async (format) => {
    const whole = await redAndBlue()[format]().toBuffer()
    for (const part of [0.1, 0.5, 0.9]) {
      await expectRefusal(
        whole.subarray(0, Math.floor(whole.length * part)),
        'the image is damaged or incomplete',
      )
    }
  })

  it('refuses a 100-megapixel bomb before it decodes it', async () => {
    const create = { width: 10_000, height: 10_000, channels: 3 as const, background: 'black' }
    const bomb = await sharp({ create }).png({ compressionLevel: 1 }).toBuffer()
    await expectRefusal(bomb, 'the image has more than 50 megapixels')
  })

  it('passes the bytes of a request to itself as they are', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    expect(decode.deserialize(bytes)).toBe(bytes)
  })
})

describe('classify and label', () => {
  it('give every class a probability, the likeliest first', async () => {
    const answers = await answersOf(await decode.forward(await redAndBlue().jpeg().toBuffer()))
    const predictions = answers[0]?.predictions ?? []
    expect(predictions.map((prediction) => prediction.label).sort()).toEqual([
      'Drawing',
      'Hentai',
      'Neutral',
      'Porn',
      'Sexy',
    ])
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4)
    const probabilities = predictions.map(({ probability }) => probability)
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a))
  })

  it('call a flat drawing a drawing, and know it again after another format', async () => {
    const [png, webp] = await Promise.all([
      redAndBlue().png().toBuffer(),
      redAndBlue().webp({ lossless: true }).toBuffer(),
    ])
    const [first, second] = await answersOf(await decode.forward(png), await decode.forward(webp))
    expect(second).toEqual(first)
    expect(first?.predictions[0]?.label).toBe('Drawing')
  })

  it('give the same in a batch as alone', async () => {
    const noise = Uint8Array.from({ length: pixelBytes }, (_, n) => (n * 7919) % 251)
    const flat = new Uint8Array(pixelBytes).fill(128)
    const [together] = await answersOf(noise, flat)
    const [alone] = await answersOf(noise)
    expect(together?.predictions[0]?.label).toBe(alone?.predictions[0]?.label)
    expect(together?.predictions[0]?.probability).toBeCloseTo(alone?.predictions[0]?.probability ?? 0, 5)
  })

  it('refuse the wrong number of pixels alone', async () => {
    const [bad, good] = await classify.forward([new Uint8Array(7), new Uint8Array(pixelBytes)])
    expect(bad).toEqual(
      new ValidationError(
        'expected a Float32Array of 150528 values, shape [224,224,3], got a Float32Array of 7 values',
      ),
    )
    expect(good).toBeInstanceOf(Float32Array)
  })

  it('answer in JSON first, and in msgpack', () => {
    expect(label.codecs.map(({ name }) => name)).toEqual(['json', 'msgpack'])
  })
})

const frame = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .png()
    .toBuffer()

async function answersOf(...images: Uint8Array[]) {
  const rows = await classify.forward(images)
  return rows.map((row) => {
    if (row instanceof Error) throw row
    return label.forward(row)
  })
}

async function expectRefusal(file: Uint8Array, message: string | RegExp): Promise<void> {
  const startMs = processorMs()
  const refused = decode.forward(file)
  await expect(refused).rejects.toThrow(ValidationError)
  await expect(refused).rejects.toThrow(message)
  expect(processorMs() - startMs).toBeLessThan(1000)
  await expectGoodImageToWork()
}
