/** The sizes and limits of a frame; docs/wire-protocol.md draws it. */

/** `flag u16 | count u16`. */
export const FRAME_HEADER_BYTES = 4
/** `id u32 | state u16 | length u32`. */
export const ITEM_HEADER_BYTES = 10
/** Most items in one frame: `count` is a u16. */
export const MAX_ITEMS = 0xffff
/** Longest payload that `length` can say. */
export const MAX_LENGTH_BYTES = 0xffff_ffff
/** Longest payload that a decoder takes unless told otherwise: 1 GiB. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1024 ** 3

/** One item of a frame as the encoder takes it. */
export interface FrameItem {
  /** u32. */
  readonly id: number
  /** u16; 0 when absent, as in replies, where nobody reads it. */
  readonly state?: number
  readonly bytes: Uint8Array
}
