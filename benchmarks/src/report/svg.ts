/** The little of SVG that the charts share. */

/** Told apart by people who see colours differently too (Okabe and Ito). */
export const COLOURS: readonly string[] = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#999999',
]

/** Of a whole picture. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** What it is, for who cannot see it. */
  readonly title: string
}

/** A whole picture on white. */
export function svg({ width, height, title }: Picture, parts: readonly string[]): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const style = 'font-family="sans-serif" font-size="11"'
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n<title>${escaped(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
}

/** Where a text is, and how it looks. */
export interface TextPlace {
  readonly x: number
  readonly y: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly colour?: string
}

/** A line of text. */
export function svgText(
  { x, y, anchor = 'start', size = 11, colour = '#222' }: TextPlace,
  content: string,
): string {
  return `<text x="${Number(x.toFixed(1))}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${colour}">${escaped(content)}</text>`
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
