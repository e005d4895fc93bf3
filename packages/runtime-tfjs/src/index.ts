/** `@mosec/runtime-tfjs`: TensorFlow.js models as workers. */

export { MissingPackageError, type Packages, packageFile } from '@mosec/core/runtime'
export { installedPackages } from './backend/packages.ts'
export type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
export * from './load-tfjs.ts'
export { fileModel } from './model/file-model.ts'
export { jsonModel, type ModelParts } from './model/json-model.ts'
export { loadSavedModel, type SavedModelOptions } from './model/saved-model.ts'
export { type UrlModelOptions, urlModel } from './model/url-model.ts'
export type { ItemValues, TensorArray, TensorValues } from './tensor/item-spec.ts'
export { TfjsWorker } from './tfjs-worker.ts'
export { type TfjsWorkerOptions, tfjsWorker } from './tfjs-worker-of.ts'
