/** Stage 1: a file to pixels of a size that the detector takes. */

import { type Codec, EncodingError, ValidationError, Worker } from 'mosec'
import sharp from 'sharp'

/** A picture on its way. */
export interface Page {
  /** RGB bytes. */
  readonly pixels: Uint8Array
  /** Both are multiples of 32, as the detector halves its picture five times. */
  readonly width: number
  readonly height: number
  /** Of the picture that came, in pixels. */
  readonly original: { readonly width: number; readonly height: number }
}

/** Larger pictures are made smaller: the time that a page takes is bounded so. */
const longestSide = 1280

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

export default class Decode extends Worker<Uint8Array, Page> {
  override codecs = [imageFile]
  override example = greyPixel

  // A stranger's file: these three formats and no other, whatever its bytes say.
  override setup(): void {
    const formats = ['Jpeg', 'Png', 'Webp'].map((format) => `VipsForeignLoad${format}Buffer`)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: formats })
  }

  override async forward(file: Uint8Array): Promise<Page> {
    const image = sharp(file, { limitInputPixels: 50e6 })
    try {
      const original = (await image.metadata()).autoOrient
      const scale = Math.min(1, longestSide / Math.max(original.width, original.height))
      const [width, height] = [multipleOf32(original.width * scale), multipleOf32(original.height * scale)]
      const resized = image
        .autoOrient()
        .resize(width, height, { fit: 'fill' })
        .flatten({ background: 'white' })
      const pixels = await resized.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer()
      return { pixels, width, height, original }
    } catch (cause) {
      throw new ValidationError('the body is no image that can be read', { cause })
    }
  }
}

const multipleOf32 = (length: number): number => Math.max(1, Math.round(length / 32)) * 32
