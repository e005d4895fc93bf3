/** Stage 3: what stands in each line? The lines of all pages of a batch are read together. */

import { JsonMixin } from '@mosec/codec-json'
import { type BatchResult, BatchWorker, type WorkerContext } from 'mosec'
import type { FoundLines } from './detect.ts'
import { type LineText, ReadLine } from './read-line.ts'

/** One line of text. */
export interface Line extends LineText {
  /** Left, top, right and bottom in pixels of the picture that was sent. */
  readonly box: number[]
}

/** The model gives some 2 MB for a line: this bounds the memory that a full page takes. */
const linesAtOnce = 8

export default class Recognise extends JsonMixin(BatchWorker)<FoundLines, Line[]> {
  // A worker within a worker: its items are lines, ours are pages.
  readonly #reader = new ReadLine()

  override setup(context: WorkerContext): Promise<void> {
    return this.#reader.setup(context)
  }

  override async forward(pages: FoundLines[]): Promise<BatchResult<Line[]>> {
    const images = pages.flatMap(({ page, boxes }) => boxes.map((box) => ({ page, box })))
    const texts: (LineText | Error)[] = []
    for (let start = 0; start < images.length; start += linesAtOnce) {
      texts.push(...(await this.#reader.forward(images.slice(start, start + linesAtOnce))))
    }
    return pages.map((found) => linesOf(found, texts.splice(0, found.boxes.length)))
  }

  override teardown(): Promise<void> {
    return this.#reader.teardown()
  }
}

/** One page's lines; a page with a line that could not be read fails as a whole. */
function linesOf({ page, boxes }: FoundLines, texts: BatchResult<LineText>): Line[] | Error {
  const failed = texts.find((text) => text instanceof Error)
  if (failed !== undefined) return failed
  const [scaleX, scaleY] = [page.original.width / page.width, page.original.height / page.height]
  return boxes.flatMap(([left, top, right, bottom], n) => {
    const text = texts[n]
    if (text === undefined || text instanceof Error || text.text === '') return []
    const box = [left * scaleX, top * scaleY, right * scaleX, bottom * scaleY].map(Math.round)
    return [{ ...text, box }]
  })
}
