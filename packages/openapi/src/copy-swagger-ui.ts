/**
 * The last step of the build: puts what we serve of Swagger UI beside the code. So the package brings 2 MB instead of the
 * 12 MB of `swagger-ui-dist`, and users do not run that package's dependency, which reports each installation.
 */

import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { copiedFolder, installedFolder, swaggerTypes } from './swagger-files.ts'

/** New names, since a packer that finds a `LICENSE` anywhere leaves out our own. */
const legal = [
  ['LICENSE', 'swagger-ui.LICENSE.txt'],
  ['NOTICE', 'swagger-ui.NOTICE.txt'],
  ['swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui-bundle.js.LICENSE.txt'],
] as const
const served = [...swaggerTypes.keys()].map((name) => [name, name] as const)

await mkdir(copiedFolder, { recursive: true })
for (const [from, to] of [...served, ...legal]) {
  await copyFile(join(installedFolder(), from), join(copiedFolder, to))
}
