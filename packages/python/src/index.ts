/** `@mosec/python`: Python workers of Mosec as stages. */

export type { TypedArray } from './common-form/dtypes.ts'
export type { Tensor } from './common-form/tensor.ts'
export { type PythonService, type PythonServiceOptions, readPythonService } from './python-service.ts'
export { type PythonOptions, type PythonStage, type PythonStageOptions, pythonStage } from './python-stage.ts'
