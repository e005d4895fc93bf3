/** A number with about three digits that count. */

/** `1478`, `36.2`, `0.770`. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '-'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
