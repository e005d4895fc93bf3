/** `@mosec/core/runtime`: what packages that run models share. */

export { type BatchCount, type BatchSizeOptions, BatchSizes } from './batch-sizes.ts'
export { checkNames } from './check-names.ts'
export { describeItem, describeValue, hasData, withArticle } from './describe-item.ts'
export { packageFile } from './package-file.ts'
export { MissingPackageError, type Packages, packagesSeenFrom } from './packages.ts'
export { type NestedNumbers, type PlainType, plainNumbers } from './plain-numbers.ts'
export { settleEach } from './settle-each.ts'
