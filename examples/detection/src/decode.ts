/** Stage 1: a file to the pixels that the detector takes, and the size that it had. */

import { type Codec, EncodingError, ValidationError, Worker } from 'mosec'
import sharp from 'sharp'

/** What travels to the detector. */
export interface Picture {
  /** RGB bytes, 512x512. */
  readonly pixels: Uint8Array
  /** Of the picture that came, in pixels. */
  readonly width: number
  readonly height: number
}

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

export default class Decode extends Worker<Uint8Array, Picture> {
  override codecs = [imageFile]
  override example = greyPixel

  // A stranger's file: these three formats and no other, whatever its bytes say.
  override setup(): void {
    const formats = ['Jpeg', 'Png', 'Webp'].map((format) => `VipsForeignLoad${format}Buffer`)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: formats })
  }

  override async forward(file: Uint8Array): Promise<Picture> {
    const image = sharp(file, { limitInputPixels: 50e6 })
    try {
      const { width, height } = (await image.metadata()).autoOrient
      const resized = image.autoOrient().resize(512, 512, { fit: 'fill' }).flatten({ background: 'white' })
      const pixels = await resized.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer()
      return { pixels, width, height }
    } catch (cause) {
      throw new ValidationError('the body is no image that can be read', { cause })
    }
  }
}
