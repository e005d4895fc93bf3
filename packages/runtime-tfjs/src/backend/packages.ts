/** Where TensorFlow.js and its backends come from. */

import { packagesSeenFrom } from '@mosec/core/runtime'

/** The packages of the user's project and, failing that, those beside this one: two copies of TensorFlow.js share one engine. */
export const installedPackages = packagesSeenFrom(import.meta.url)
