/** `@mosec/runtime-onnx/doctor`: what `mosec doctor` asks of onnxruntime. */

import type { RuntimeDoctor } from '@mosec/core'
import { providerNames } from '../session/ort.ts'
import { examineProvider } from './examine-provider.ts'

/** Examines onnxruntime's providers in the process that calls it. */
export const doctor: RuntimeDoctor = {
  runtime: 'onnx',
  backends: providerNames,
  examine: (provider) => examineProvider(provider),
}
