/** The form in which stages hand each other values: structured clone, with large arrays beside it and not within. */

import { DefaultDeserializer, DefaultSerializer } from 'node:v8'

/** Gives memory of so many bytes, which the caller fills; what lies in it before is nobody's. */
export type Lend = (lengthBytes: number) => Uint8Array

/** From here on an array lies beside the clone, in bytes: copied once, to where it is sent from, and read in place. */
const LARGE_BYTES = 16 * 1024
/** A clone by itself begins with 0xff. */
const MAGIC = 0x4d6f_7301
const HEAD_BYTES = 8
const ALIGNMENT = 8
/** Node numbers its kinds of views from 0 on; one that lies beside the clone has this added. */
const BESIDE = 64
const NONE = new Uint8Array(0)

/** Makes views of one kind. */
interface ViewKind {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView
  readonly name: string
  /** Absent where an element is a byte. */
  readonly BYTES_PER_ELEMENT?: number
}

/** In the order in which Node numbers them, 9 and 10 being `DataView` and `Buffer`. */
const KINDS: readonly ViewKind[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  DataView,
  Buffer,
  BigInt64Array,
  BigUint64Array,
  ...float16Array(),
]

/** Number 13, from Node 24 on. */
function float16Array(): ViewKind[] {
  const kind: unknown = Reflect.get(globalThis, 'Float16Array')
  return typeof kind === 'function' ? [kind as ViewKind] : []
}

/** What Node's serializer calls for each view; documented, and missing in its types. */
interface HostObjects {
  _writeHostObject(view: ArrayBufferView): void
}

const inClone = DefaultSerializer.prototype as unknown as HostObjects

/**
 * A value to bytes: as `v8.serialize` writes it when no large array is in it, and otherwise
 *
 *     | magic u32 | length of the clone u32 | clone | array | array ...     each array at a multiple of 8
 *
 * @param lend where the memory comes from in the second case.
 * @throws Error when the value cannot be cloned.
 */
export function writeValue(value: unknown, lend: Lend = Buffer.allocUnsafeSlow): Uint8Array {
  const writer = new ValueWriter()
  writer.writeHeader()
  writer.writeValue(value)
  const clone = writer.releaseBuffer()
  return writer.beside.length === 0 ? clone : together(clone, writer, lend)
}

/**
 * The value again. Its arrays are copies: who writes into one changes no bytes, from which it may be read once more.
 * @param inPlace arrays are views of `bytes` wherever they may lie so.
 * @throws Error for bytes that are not of this form.
 */
export function readValue(bytes: Uint8Array, inPlace = false): unknown {
  if (bytes[0] !== MAGIC >> 24) return read(bytes, NONE, inPlace)
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = HEAD_BYTES + (bytes.length < HEAD_BYTES ? 0 : head.getUint32(4))
  if (end > bytes.length || head.getUint32(0) !== MAGIC)
    throw new Error('the bytes are no clone, or end within it')
  return read(bytes.subarray(HEAD_BYTES, end), bytes.subarray(Math.min(aligned(end), bytes.length)), inPlace)
}

function read(clone: Uint8Array, beside: Uint8Array, inPlace: boolean): unknown {
  const reader = new ValueReader(clone, beside, inPlace)
  reader.readHeader()
  return reader.readValue()
}

class ValueWriter extends DefaultSerializer {
  readonly beside: ArrayBufferView[] = []
  besideBytes = 0

  _writeHostObject(view: ArrayBufferView): void {
    const kind = view.byteLength < LARGE_BYTES ? -1 : kindOf(view)
    if (kind < 0) {
      inClone._writeHostObject.call(this, view)
      return
    }
    this.writeUint32(BESIDE + kind)
    this.writeUint32(view.byteLength)
    this.writeUint32(this.besideBytes / ALIGNMENT)
    this.beside.push(view)
    this.besideBytes = aligned(this.besideBytes + view.byteLength)
  }
}

class ValueReader extends DefaultDeserializer {
  readonly #beside: Uint8Array
  readonly #inPlace: boolean

  constructor(clone: Uint8Array, beside: Uint8Array, inPlace: boolean) {
    super(clone)
    this.#inPlace = inPlace
    this.#beside = beside
  }

  _readHostObject(): ArrayBufferView {
    const kind = this.readUint32()
    const length = this.readUint32()
    if (kind < BESIDE) return this.#viewOf(kind, this.readRawBytes(length))
    const offset = this.readUint32() * ALIGNMENT
    const bytes = this.#beside.subarray(offset, offset + length)
    if (bytes.length < length) throw new Error('the bytes end within an array')
    return this.#viewOf(kind - BESIDE, bytes)
  }

  #viewOf(kind: number, bytes: Uint8Array): ArrayBufferView {
    return viewOf(kind, this.#inPlace ? bytes : copyOf(bytes))
  }
}

function together(clone: Uint8Array, { beside, besideBytes }: ValueWriter, lend: Lend): Uint8Array {
  const start = aligned(HEAD_BYTES + clone.length)
  const bytes = lend(start + besideBytes)
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  head.setUint32(0, MAGIC)
  head.setUint32(4, clone.length)
  bytes.set(clone, HEAD_BYTES)
  bytes.fill(0, HEAD_BYTES + clone.length, start)
  let at = start
  for (const view of beside) {
    bytes.set(bytesOf(view), at)
    const end = at + view.byteLength
    at = start + aligned(end - start)
    bytes.fill(0, end, at)
  }
  return bytes
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** A subclass of the user's own is what it extends, as in a clone. */
function kindOf(view: ArrayBufferView): number {
  return view.constructor === Buffer
    ? KINDS.indexOf(Buffer)
    : KINDS.findIndex((Kind) => Kind !== Buffer && view instanceof Kind)
}

function viewOf(kind: number, bytes: Uint8Array): ArrayBufferView {
  const Kind = KINDS[kind]
  if (Kind === undefined) throw new Error(`there is no kind ${kind} of arrays`)
  const { BYTES_PER_ELEMENT: elementBytes = 1 } = Kind
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % elementBytes === 0 ? bytes : copyOf(bytes)
  const count = byteLength / elementBytes
  if (!Number.isInteger(count)) throw new Error(`${byteLength} bytes are no ${Kind.name}`)
  return Kind === Buffer ? Buffer.from(buffer, byteOffset, byteLength) : new Kind(buffer, byteOffset, count)
}

/** Not of Node's pool, and so at the start of its own memory; as ordinary as any array. */
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength)
  copy.set(bytes)
  return copy
}
