/** The reference server's stage that turns a JPEG into pixels, with a record of its work. */

import DecodeWorker from '@mosec/server/decode'
import { recordBusy } from './record-busy.ts'

export default class Decode extends DecodeWorker {
  override forward(file: Uint8Array): Promise<Uint8Array> {
    return recordBusy('decode', () => super.forward(file))
  }
}
