/** A picture to send: 640 x 480, as a JPEG of some 50 kB, drawn by a formula. */

import sharp from 'sharp'

const WIDTH = 640
const HEIGHT = 480

/** Waves in three colours: not so plain that it would decode faster than a photograph. */
export function makeJpeg(): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => {
      const [x, y, colour] = [Math.floor(index / 3) % WIDTH, Math.floor(index / 3 / WIDTH), index % 3]
      return (
        128 + 80 * Math.sin((x * (colour + 2)) / 37 + y / 23) + 40 * Math.sin((x * y) / (900 + 300 * colour))
      )
    }),
  )
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer()
}
