/** Stage 1: a file to pixels, with sharp. */

import { type Codec, EncodingError, ValidationError, Worker } from 'mosec'
import sharp from 'sharp'

/** Hands the body on as it is: what its bytes are, sharp finds out. */
const imageFile: Codec = {
  name: 'image',
  mimeTypes: ['image/jpeg', 'image/png', 'image/webp'],
  decode: (bytes) => bytes,
  encode() {
    throw new EncodingError('this codec only reads')
  },
}

/** A PNG of one grey pixel, to warm up with. */
const greyPixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQImWPo6OgAAAM0AZmUse0HAAAAAElFTkSuQmCC',
  'base64',
)

export default class Decode extends Worker<Uint8Array, Uint8Array> {
  override codecs = [imageFile]
  override example = greyPixel

  // A stranger's file: these three formats and no other, whatever its bytes say.
  override setup(): void {
    const formats = ['Jpeg', 'Png', 'Webp'].map((format) => `VipsForeignLoad${format}Buffer`)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: formats })
  }

  /** RGB bytes, 224x224: a quarter of what floats would take on the way to the next process. */
  override async forward(file: Uint8Array): Promise<Uint8Array> {
    try {
      return await sharp(file, { limitInputPixels: 50e6 })
        .autoOrient()
        .resize(224, 224, { fit: 'fill' })
        .flatten({ background: 'white' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer()
    } catch (cause) {
      throw new ValidationError('the body is no image that can be read', { cause })
    }
  }
}
