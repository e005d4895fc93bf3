/** Entry of the process of a replica whose worker is named by module: the user's main module does not run here. */

import { ConfigurationError } from '@mosec/core'
import { takeReplicaPlace } from '@mosec/worker'
import { loadCodec, makeModuleWorker } from './load-module.ts'
import { readSpec } from './replica-spec.ts'
import { runReplica } from './run-replica.ts'

const place = takeReplicaPlace(process.env)
if (place === undefined)
  throw new ConfigurationError('this file is the entry of replicas; the server starts it')

const spec = readSpec()
const { workerModule, codecModules } = spec
if (workerModule === null) throw new ConfigurationError('the server named no worker module')

await runReplica(place, spec, {
  workerName: workerModule,
  makeWorker: () => makeModuleWorker(workerModule),
  loadCodecs: async () => (codecModules === null ? undefined : Promise.all(codecModules.map(loadCodec))),
})
