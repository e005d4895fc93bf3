/** How each backend is installed: said by the error of a start, by the doctor, and in the README. */

import type { BackendName } from './tfjs.ts'

/** Builds the addon of tfjs-node, whose own install script downloads a TensorFlow of 2022, where it can. */
export const buildCommand = 'npx mosec doctor --build-tfjs-node'

/** Commands to paste; nothing is known to be there before. */
export const installSteps: Readonly<Record<BackendName, string>> = {
  'tensorflow-gpu': `npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0 && ${buildCommand} --gpu`,
  tensorflow: `npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0 && ${buildCommand}`,
  webgpu: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-webgpu webgpu',
  wasm: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
  cpu: 'npm install @tensorflow/tfjs',
}
