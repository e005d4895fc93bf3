/** Finds where bytes stop being UTF-8, for error texts. */

import { isUtf8 } from 'node:buffer'

/** Wide enough that going back to a character's start never passes `valid`: each round must make it smaller. */
const MIN_WINDOW = 8

/**
 * Index of the first byte of the first character that is no UTF-8; the length when there is none.
 * Halves the bytes, so that ten megabytes of a stranger's take milliseconds.
 */
export function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0
  let end = bytes.length
  while (end - valid > MIN_WINDOW) {
    const middle = characterStart(bytes, (valid + end) >> 1)
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle
    else end = middle
  }
  for (let length = characterLength(bytes, valid); length > 0; length = characterLength(bytes, valid)) {
    valid += length
  }
  return valid
}

/** Goes back over at most three continuation bytes; more of them are no UTF-8 anyway. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at
  while (start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--
  return start
}

/** Bytes of the character there, 0 when there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length
  }
  return 0
}
