/** Draws words, for the client and the test. Letters are strokes: a machine without fonts draws the same. */

import sharp from 'sharp'

/** One line of text. Letters and digits of {@link glyphs}, and spaces. */
export interface DrawnLine {
  readonly text: string
  /** Left and top, in pixels. */
  readonly at: readonly [x: number, y: number]
  /** Of a letter, in pixels. */
  readonly height: number
}

/** Strokes of each letter in a box 6 wide and 10 high. */
const glyphs: Readonly<Record<string, string>> = {
  A: 'M0 10L3 0L6 10M1 6.5H5',
  C: 'M6 2Q5 0 3 0Q0 0 0 5T3 10Q5 10 6 8',
  D: 'M0 0V10H2.5Q6 10 6 5T2.5 0Z',
  E: 'M6 0H0V10H6M0 5H5',
  H: 'M0 0V10M6 0V10M0 5H6',
  I: 'M3 0V10',
  L: 'M0 0V10H6',
  M: 'M0 10V0L3 6L6 0V10',
  N: 'M0 10V0L6 10V0',
  O: 'M3 0Q0 0 0 5T3 10Q6 10 6 5T3 0Z',
  P: 'M0 10V0H3Q6 0 6 2.75T3 5.5H0',
  R: 'M0 10V0H3Q6 0 6 2.5T3 5H0M3 5L6 10',
  T: 'M0 0H6M3 0V10',
  U: 'M0 0V7Q0 10 3 10T6 7V0',
  V: 'M0 0L3 10L6 0',
  1: 'M1 2L3.5 0V10',
  2: 'M0 2.5Q0 0 3 0T6 2.5Q6 5 0 10H6',
  4: 'M4.5 10V0L0 7H6',
  6: 'M5 0Q0 2 0 7Q0 10 3 10T6 7Q6 4.5 3 4.5T0 7',
  7: 'M0 0H6L2 10',
  8: 'M3 4.5Q0.5 4.5 0.5 2.25T3 0T5.5 2.25T3 4.5Q0 4.5 0 7.25T3 10T6 7.25T3 4.5',
}

/** Gives a PNG file. */
export function drawNote(width: number, height: number, lines: readonly DrawnLine[]): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="#fffdf5"/>${lines.map(drawLine).join('')}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

function drawLine({ text, at: [x, y], height }: DrawnLine): string {
  let left = 0
  const letters = [...text].map((letter) => {
    const drawn = `<path transform="translate(${left} 0)" d="${glyphs[letter] ?? ''}"/>`
    left += letter === ' ' ? 6 : 9
    return drawn
  })
  const transform = `translate(${x} ${y}) scale(${height / 10})`
  const pen = 'fill="none" stroke="#222" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"'
  return `<g transform="${transform}" ${pen}>${letters.join('')}</g>`
}
