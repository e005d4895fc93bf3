/** Does every route begin and end with a stage that speaks with clients? */

import { StartError } from '@mosec/core'
import type { WorkerInfo } from '@mosec/worker'
import type { NamedRoute } from '../blueprint.ts'

/**
 * For a server that opens a port; values of this process need no codec.
 * @throws StartError naming the route, the stage, and what to do.
 */
export function refuseWordless(routes: readonly NamedRoute[], infos: ReadonlyMap<string, WorkerInfo>): void {
  for (const { path, stages } of routes) {
    const [first, last] = [stages[0], stages.at(-1) ?? stages[0]]
    const reader = infos.get(first)
    const writer = infos.get(last)
    if (reader?.needsCodecFor?.includes('requests') === true) refuse(path, first, cannotRead(reader))
    if (writer?.needsCodecFor?.includes('responses') === true) refuse(path, last, cannotWrite(writer))
  }
}

const cannotRead = ({ name }: WorkerInfo): string =>
  `stands at its beginning and ${name} cannot read requests: ${remedy(name, 'deserialize')}`

const cannotWrite = ({ name }: WorkerInfo): string =>
  `stands at its end and ${name} cannot write responses: ${remedy(name, 'serialize')}`

const remedy = (name: string, method: string): string =>
  `it has no codec. Extend JsonMixin(...) of @mosec/codec-json, or set codecs = [json()] in ${name}, ` +
  `or name codecs on the route, or override ${method}`

function refuse(path: string, stage: string, what: string): never {
  throw new StartError(`route ${path}: the stage ${stage} ${what}`)
}
