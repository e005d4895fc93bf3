/** gzip and zstd, as far as this Node has them: on zlib's threads, and with a limit on what comes out. */

import * as zlib from 'node:zlib'

/** The name is what `Content-Encoding` says. */
export interface ContentCoding {
  readonly name: 'gzip' | 'zstd'
  /** Never holds more than the limit, however much the bytes would become. */
  decode(bytes: Uint8Array, limitBytes: number): Promise<Decoded>
  encode(bytes: Uint8Array): Promise<Uint8Array>
}

/** The bytes, or why there are none. */
export type Decoded = Uint8Array | 'too large' | 'corrupt'

/** Half the time of zlib's default of 6 for JSON, and 1 % more bytes. */
const GZIP_LEVEL = 4
/** RFC 9659: who decodes zstd need not hold a window of more than 8 MiB; libzstd would allow 128. */
const ZSTD_WINDOW_LOG_MAX = 23
/** Pieces in which a body is decoded: larger ones mean fewer turns between the threads. */
const CHUNK_BYTES = 64 * 1024

/** What clients can use, the better one first. zstd needs Node 22.15. */
export const contentCodings: readonly ContentCoding[] = [zstdOf(), gzip()].filter(
  (coding) => coding !== undefined,
)

type Callback = (error: Error | null, result: Buffer) => void
type ZlibFunction = (bytes: Uint8Array, options: object, callback: Callback) => void

function gzip(): ContentCoding {
  return makeCoding('gzip', zlib.gunzip, {}, zlib.gzip, { level: GZIP_LEVEL })
}

function zstdOf(): ContentCoding | undefined {
  const decompress: unknown = Reflect.get(zlib, 'zstdDecompress')
  const compress: unknown = Reflect.get(zlib, 'zstdCompress')
  const windowLogMax: unknown = Reflect.get(zlib.constants, 'ZSTD_d_windowLogMax')
  if (!isZlibFunction(decompress) || !isZlibFunction(compress)) return undefined
  const params = { [Number(windowLogMax)]: ZSTD_WINDOW_LOG_MAX }
  return makeCoding('zstd', decompress, { params }, compress, {})
}

function isZlibFunction(value: unknown): value is ZlibFunction {
  return typeof value === 'function'
}

function makeCoding(
  name: ContentCoding['name'],
  decompress: ZlibFunction,
  decompressOptions: object,
  compress: ZlibFunction,
  compressOptions: object,
): ContentCoding {
  return {
    name,
    decode: (bytes, maxOutputLength) =>
      new Promise((resolve) => {
        const options = { ...decompressOptions, maxOutputLength, chunkSize: CHUNK_BYTES }
        decompress(bytes, options, (error, decoded) => resolve(error === null ? decoded : reasonOf(error)))
      }),
    encode: (bytes) =>
      new Promise((resolve, reject) => {
        compress(bytes, compressOptions, (error, encoded) =>
          error === null ? resolve(encoded) : reject(error),
        )
      }),
  }
}

const reasonOf = (error: NodeJS.ErrnoException): 'too large' | 'corrupt' =>
  error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'corrupt'
