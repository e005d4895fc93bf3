/** How each provider is installed: said by the errors of a start and by the doctor. */

import type { ProviderName } from './ort.ts'

// Without the variable, the package's install script fetches the CUDA library where it may be of use, and fails where it cannot.
const withoutCuda = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'

/** Commands to paste. */
export const installSteps: Readonly<Record<ProviderName, string>> = {
  cuda: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node',
  webgpu: withoutCuda,
  cpu: withoutCuda,
}

/** For a package that is there without the library. */
export const fetchCudaStep = 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node'
