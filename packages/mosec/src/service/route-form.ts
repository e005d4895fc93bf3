/** How values of callers in this process become bytes for a route's first stage, and those of its last one values. */

import { deserialize, serialize } from 'node:v8'
import { EncodingError } from '@mosec/core'
import type { Blueprint } from '../blueprint.ts'
import type { IpcForm } from '../ipc-forms.ts'
import { type CommonForm, loadCommonForm } from '../replica/common-form.ts'

const native: CommonForm = { encode: serialize, decode: deserialize }

/** As the stages at the two ends read and write; `encode` throws EncodingError for what has no such form. */
export async function routeForm({ routes, stages }: Blueprint, path: string): Promise<CommonForm> {
  const names = routes.find((route) => route.path === path)?.stages ?? []
  const formOf = (name: string | undefined): IpcForm | undefined =>
    stages.find((stage) => stage.name === name)?.ipc
  const first = formOf(names[0])
  const last = formOf(names.at(-1))
  const { encode } = await load(first?.reads === true ? first.module : null)
  const { decode } = await load(last?.writes === true ? last.module : null)
  return { encode: (value) => encoded(encode, value), decode }
}

async function load(module: string | null): Promise<CommonForm> {
  return module === null ? native : loadCommonForm(module)
}

function encoded(encode: CommonForm['encode'], value: unknown): Uint8Array {
  try {
    return encode(value)
  } catch (cause) {
    throw new EncodingError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
