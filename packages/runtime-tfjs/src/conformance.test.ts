/** The suite that every runtime passes, on a small model. */

import { silentLogger } from '@mosec/core'
import { runtimeConformance } from '@mosec/core/testing'
import { describe, it } from 'vitest'
import { loadTfjs } from './load-tfjs.ts'
import { Subject } from './testing/conformance-subject.ts'

runtimeConformance(
  {
    name: 'tfjs',
    worker: (request) => new Subject(request, 'wasm'),
    held: async () => {
      const { tf } = await loadTfjs({ backends: ['wasm'], logger: silentLogger })
      return tf.memory().numTensors
    },
  },
  { describe, it },
)
