/** Boxes around the lines of text in the detector's map. */

/** Left, top, right and bottom, in pixels. */
export type Box = readonly [left: number, top: number, right: number, bottom: number]

/** A pixel belongs to a line where the detector is as sure as this. */
const minProbability = 0.3
/** Lower boxes are specks. */
const minHeight = 3
/** The detector marks the middle of each line; this brings the rest back (PaddleOCR's `unclip_ratio`). */
const growth = 1.5

/** Boxes of all connected areas of `map`, in reading order. */
export function findBoxes(map: Float32Array, width: number): Box[] {
  const seen = new Uint8Array(map.length)
  const boxes: Box[] = []
  map.forEach((probability, start) => {
    if (probability < minProbability || seen[start]) return
    const box = boxOf(areaFrom(start, { map, width, seen }), width)
    if (box[3] - box[1] >= minHeight) boxes.push(grown(box))
  })
  return inReadingOrder(boxes)
}

interface Search {
  readonly map: Float32Array
  readonly width: number
  readonly seen: Uint8Array
}

/** The pixels that are connected with `start`. */
function areaFrom(start: number, { map, width, seen }: Search): number[] {
  const area = [start]
  seen[start] = 1
  for (const pixel of area) {
    const column = pixel % width
    const left = column > 0 ? pixel - 1 : -1
    const right = column < width - 1 ? pixel + 1 : -1
    for (const neighbour of [left, right, pixel - width, pixel + width]) {
      if (seen[neighbour] || (map[neighbour] ?? 0) < minProbability) continue
      seen[neighbour] = 1
      area.push(neighbour)
    }
  }
  return area
}

function boxOf(area: readonly number[], width: number): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
  for (const pixel of area) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + 1)
    bottom = Math.max(bottom, y + 1)
  }
  return [left, top, right, bottom]
}

function grown([left, top, right, bottom]: Box): Box {
  const [width, height] = [right - left, bottom - top]
  const margin = (width * height * growth) / (2 * (width + height))
  return [left - margin, top - margin, right + margin, bottom + margin]
}

/** From top to bottom; what stands beside each other from left to right. */
function inReadingOrder(boxes: readonly Box[]): Box[] {
  const rows: Box[][] = []
  for (const box of boxes.toSorted((a, b) => centreOf(a) - centreOf(b))) {
    const row = rows.at(-1)
    const isBeside = row?.some(([, top, , bottom]) => top < centreOf(box) && centreOf(box) < bottom)
    if (row !== undefined && isBeside) row.push(box)
    else rows.push([box])
  }
  return rows.flatMap((row) => row.sort(([a], [b]) => a - b))
}

const centreOf = ([, top, , bottom]: Box): number => (top + bottom) / 2
