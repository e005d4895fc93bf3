/** A drawn street: a stop sign and a station clock, for the client and the test. */

import sharp from 'sharp'

/** Where to draw; nothing that is left out. */
export interface Scene {
  readonly width: number
  readonly height: number
  /** Centre of the sign, some 280 pixels wide and high. */
  readonly sign?: readonly [x: number, y: number]
  /** Centre of the clock, 300 pixels wide and high. */
  readonly clock?: readonly [x: number, y: number]
}

/** Gives a PNG file. */
export function drawScene({ width, height, sign, clock }: Scene): Promise<Buffer> {
  const parts = [sign && drawSign(...sign), clock && drawClock(...clock)].filter(Boolean).join('')
  const wall = `<rect width="${width}" height="${height}" fill="#c9b79c"/>`
  const size = `width="${width}" height="${height}"`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${wall}${parts}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

// Letters as strokes: a machine without fonts draws the same.
const drawSign = (x: number, y: number): string => `<g transform="translate(${x} ${y})">
  <polygon points="-60,-146 60,-146 146,-60 146,60 60,146 -60,146 -146,60 -146,-60" fill="#fff"/>
  <polygon points="-56,-138 56,-138 138,-56 138,56 56,138 -56,138 -138,56 -138,-56" fill="#c1121f"/>
  <path d="M-85 -30h-30v25h30v30h-35 M-70 -30h40 M-50 -30v55 M-5 -30h30v55h-30z M45 25v-55h30v25h-28"
    stroke="#fff" stroke-width="9" fill="none"/>
</g>`

const hours = Array.from({ length: 12 }, (_, hour) => hour * 30)

const drawClock = (x: number, y: number): string => `<g transform="translate(${x} ${y})">
  <circle r="150" fill="#222"/>
  <circle r="135" fill="#fff"/>
  ${hours.map((angle) => `<rect x="-5" y="-126" width="10" height="30" transform="rotate(${angle})"/>`).join('')}
  <rect x="-6" y="-96" width="12" height="100"/>
  <rect x="-6" y="-6" width="80" height="12"/>
</g>`
