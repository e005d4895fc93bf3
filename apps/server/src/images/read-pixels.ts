/** An image file to the pixels of the model's size. */

import { ValidationError } from '@mosec/core'
import sharp from 'sharp'

/** Width and height that the model takes. */
export const sizePixels = 224

/** RGB bytes in one image. */
export const pixelBytes = sizePixels * sizePixels * 3

/** Checked against the header, before anything is decoded. */
const maxMegapixels = 50

/** Prepares the process: one thread for each image (replicas share the cores), no cache, no format but the three. */
export function setUpSharp(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  const formats = ['Jpeg', 'Png', 'Webp'].map((format) => `VipsForeignLoad${format}Buffer`)
  sharp.unblock({ operation: formats })
}

/**
 * Decodes, turns upright (EXIF), squeezes to 224x224, and brings grey, CMYK, 16-bit and transparent images to 8-bit RGB on
 * white; of an animation the first frame.
 * @returns bytes of shape [224, 224, 3].
 * @throws ValidationError (`validation_error`) when it is no such image, is truncated, or has too many pixels.
 */
export async function readPixels(file: Uint8Array): Promise<Uint8Array> {
  try {
    return await sharp(file, { failOn: 'error', limitInputPixels: maxMegapixels * 1e6 })
      .autoOrient()
      .resize(sizePixels, sizePixels, { fit: 'fill' })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer()
  } catch (cause) {
    throw new ValidationError(explain(cause), { cause })
  }
}

function explain(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : ''
  if (text.includes('pixel limit')) return `the image has more than ${maxMegapixels} megapixels`
  if (text.includes('unsupported image format')) return 'the body is no JPEG, PNG or WebP image'
  return 'the image is damaged or incomplete'
}
