/** `@mosec/runtime-tfjs/doctor`: what `mosec doctor` asks of TensorFlow.js, and the builder of tfjs-node. */

import type { RuntimeDoctor } from '@mosec/core'
import { defaultBackends } from '../load-tfjs.ts'
import { examineBackend } from './examine-backend.ts'

export { BuildError } from '../build/build-error.ts'
export { type BuildTfjsNodeOptions, type BuiltTfjsNode, buildTfjsNode } from '../build/build-tfjs-node.ts'

/** Examines TensorFlow.js's backends in the process that calls it. */
export const doctor: RuntimeDoctor = {
  runtime: 'tfjs',
  backends: defaultBackends,
  examine: (backend) => examineBackend(backend),
}
