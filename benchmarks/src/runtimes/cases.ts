/** Every model on every runtime and backend. */

import { onnxCases } from './onnx.ts'
import type { RuntimeCase } from './runtime-case.ts'
import { tfjsCases } from './tfjs.ts'

/** None is loaded. */
export const runtimeCases = (): readonly RuntimeCase[] => [...onnxCases(), ...tfjsCases()]

/** How a case is told from the others. */
export const caseName = ({ runtime, model, backend }: RuntimeCase): string =>
  `${runtime}, ${model}, ${backend}`
