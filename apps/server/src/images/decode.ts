/** First stage of `/v1/images/classify`: file to pixels. */

import { type Codec, Worker } from '@mosec/core'
import { imageFile } from './image-codec.ts'
import { readPixels, setUpSharp } from './read-pixels.ts'

/** A grey pixel, as PNG. */
const examplePng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQImWPo6OgAAAM0AZmUse0HAAAAAElFTkSuQmCC'

/** Gives bytes, not floats: a quarter of the size to carry to the model's process. */
export default class DecodeWorker extends Worker<Uint8Array, Uint8Array> {
  override codecs: readonly Codec[] = [imageFile()]
  override example = Buffer.from(examplePng, 'base64')

  override setup(): void {
    setUpSharp()
  }

  override forward(file: Uint8Array): Promise<Uint8Array> {
    return readPixels(file)
  }
}
