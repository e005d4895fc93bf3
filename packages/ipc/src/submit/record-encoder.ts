/** Records -> bytes. */

import { MAX_LENGTH_BYTES } from '../frame-layout.ts'
import { GatheredBytes } from '../gathered-bytes.ts'
import { RECORD_HEAD_BYTES, type RecordHead } from './record-layout.ts'

const EMPTY = new Uint8Array(0)

/** Collects records until they are taken for one write. */
export class RecordEncoder {
  readonly #out = new GatheredBytes()

  /**
   * Adds one. A large payload is not copied: it must not be changed before it was written.
   * @throws RangeError when a payload is longer than a record can say (4 GiB); nothing was added then.
   */
  append(head: Readonly<RecordHead>, bytes: Uint8Array = EMPTY): void {
    if (bytes.length > MAX_LENGTH_BYTES) throw new RangeError(`a record holds no ${bytes.length} bytes`)
    const at = this.#out.add(RECORD_HEAD_BYTES, bytes)
    const { view } = this.#out
    view.setUint8(at, head.kind)
    view.setUint8(at + 1, head.tag)
    view.setUint16(at + 2, head.word)
    view.setUint32(at + 4, head.id)
    view.setUint16(at + 8, head.left)
    view.setUint16(at + 10, head.right)
    view.setUint32(at + 12, head.number)
    view.setUint32(at + 16, bytes.length)
  }

  /** Everything added since the last call, as pieces to be written in this order. */
  take(): Uint8Array[] {
    return this.#out.take()
  }
}
