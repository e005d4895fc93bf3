/** `@mosec/core/runtime`: what packages that run models share. */

export { type BatchSizeOptions, BatchSizes } from './batch-sizes.ts'
export { packageFile } from './package-file.ts'
export { MissingPackageError, type Packages, packagesSeenFrom } from './packages.ts'
export { settleEach } from './settle-each.ts'
