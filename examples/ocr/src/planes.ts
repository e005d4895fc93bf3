/** Pixels as both models take them. */

/** RGBRGB... bytes to floats, all of red, then green, then blue; `scale` makes a float of a byte of that colour. */
export function toPlanes(pixels: Uint8Array, scale: (byte: number, colour: number) => number): Float32Array {
  const size = pixels.length / 3
  const planes = new Float32Array(pixels.length)
  pixels.forEach((byte, n) => {
    planes[(n % 3) * size + Math.floor(n / 3)] = scale(byte, n % 3)
  })
  return planes
}
