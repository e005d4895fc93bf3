/** An empty page, to warm up with. */

import type { Page } from './decode.ts'

/** White, of that size in pixels. */
export function blankPage(width: number, height: number): Page {
  const pixels = new Uint8Array(width * height * 3).fill(255)
  return { pixels, width, height, original: { width, height } }
}
