/** Models that a backend cannot run, while another may. */

import type { BackendName } from '../backend/tfjs.ts'

/** The backend lacks something that the model needs. */
export class BackendLimitError extends Error {}

/** What a model threw, as a {@link BackendLimitError} where it is one. */
export function explained(error: unknown, backend: BackendName): unknown {
  if (!(error instanceof Error)) return error
  const [, kernel] = /Kernel '(\w+)' not registered for backend/.exec(error.message) ?? []
  if (kernel !== undefined)
    return new BackendLimitError(`${backend} has no kernel for '${kernel}'`, { cause: error })
  return isReadBack(error) ? new BackendLimitError(readBack, { cause: error }) : error
}

// Its webgpu backend reads synchronously through a canvas, which Node has not.
const isReadBack = ({ message }: Error): boolean => /OffscreenCanvas is not defined/.test(message)

const readBack =
  'the graph reads a tensor back while it runs (dynamic operations do), which webgpu cannot in Node: ' +
  "use another backend, 'wasm' say"
