/** 150 kB of MessagePack: a picture of 224 x 224 pixels in three bytes each, as one byte string in a map. */

const BYTES = 224 * 224 * 3
const KEY = 'image'

/** A map of one, a string of 5, and `bin 32`, as the MessagePack specification writes them. */
const head = Buffer.concat([
  Buffer.of(0x81, 0xa0 | KEY.length),
  Buffer.from(KEY),
  Buffer.of(0xc6, 0, 0, 0, 0),
])
head.writeUInt32BE(BYTES, head.length - 4)

const packedPicture: Uint8Array = Buffer.concat([
  head,
  Uint8Array.from({ length: BYTES }, (_, index) => (index * 31) % 251),
])

/** Requests with it. */
export const packedPictures = {
  name: 'msgpack 150 kB',
  body: packedPicture,
  contentType: 'application/msgpack',
} as const
