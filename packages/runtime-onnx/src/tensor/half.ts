/** Half-precision numbers (IEEE 754 binary16), for which Node below 24 has no array. */

const scratch = new DataView(new ArrayBuffer(4))

/** Each number as the 16 bits of the nearest half; ties go to the even one, as in IEEE 754. */
export function toHalves(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, toHalf)
}

/** Numbers from the 16 bits of halves; exact. */
export function fromHalves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, fromHalf)
}

function toHalf(number: number): number {
  scratch.setFloat32(0, number)
  const bits = scratch.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 // not a number
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // 65520 and above round to infinity
  if (magnitude < 0x38800000) return sign | subnormal(Math.abs(number))
  const rounded = magnitude + 0x0fff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

/** Below 2^-14, halves are multiples of 2^-24. */
function subnormal(number: number): number {
  const steps = number * 2 ** 24
  const below = Math.floor(steps)
  const rest = steps - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
