/** The reference server's MobileNetV2, with a record of its work. */

import ClassifyWorker from '@mosec/server/classify'
import type { BatchResult, ForwardContext } from 'mosec'
import { recordBusy } from './record-busy.ts'

export default class Network extends ClassifyWorker {
  override forward(batch: Uint8Array[], context: ForwardContext): Promise<BatchResult<Float32Array>> {
    return recordBusy('network', () => super.forward(batch, context))
  }
}
