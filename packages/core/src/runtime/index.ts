/** `@mosec/core/runtime`: what packages that run models share. */

export { packageFile } from './package-file.ts'
export { MissingPackageError, type Packages, packagesSeenFrom } from './packages.ts'
export { settleEach } from './settle-each.ts'
