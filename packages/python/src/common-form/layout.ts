/**
 * How values lie in bytes on their way between Python and TypeScript; the same as `common_form.py` in Python.
 *
 * A value without arrays is plain msgpack. With arrays, their bytes lie behind the msgpack document, aligned, so that
 * neither side copies or looks at them:
 *
 *     c1 00 00 00 | length u32 | document | 0 to 7 zeros | array | zeros | array ...
 *
 * In the document, an array is extension type 1: the msgpack of `[dtype, offset behind the document, ...shape]`.
 */

/** Never the first byte of msgpack. */
export const MAGIC = 0xc1
export const HEAD_BYTES = 8
/** Extension type of an array. */
export const ARRAY_TYPE = 1
/** Arrays and maps inside each other, when written. */
export const MAX_DEPTH = 512

/** Deepest nesting that is read: as deep as Python writes. */
export const MAX_DEPTH_READ = 1024

const ALIGNMENT = 8

/** The next position at which an array may begin. */
export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
