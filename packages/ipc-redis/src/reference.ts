/** What travels in place of a value that is in Redis: a mark and the key. */

/** 0xfe begins neither what `v8.serialize` writes (0xff) nor any UTF-8 text. */
const MARK = Buffer.from([0xfe, ...Buffer.from('redis:')])

/** The bytes that name this key. */
export const referenceTo = (key: string): Uint8Array => Buffer.concat([MARK, Buffer.from(key)])

/** The bytes look like a reference, whoever wrote them: sent as they are they would be taken for one. */
export const isReference = (bytes: Uint8Array): boolean =>
  bytes.length >= MARK.length && MARK.equals(bytes.subarray(0, MARK.length))

/** The key that these bytes name; undefined when they are a value. */
export function keyOf(bytes: Uint8Array): string | undefined {
  return isReference(bytes) ? Buffer.from(bytes.subarray(MARK.length)).toString() : undefined
}
