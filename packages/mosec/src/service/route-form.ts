/** How values of callers in this process become bytes for a route's first stage, and those of its last one values. */

import { ConfigurationError, EncodingError, readValue, writeValue } from '@mosec/core'
import type { Blueprint } from '../blueprint.ts'
import { isLauncher } from '../check-worker.ts'
import type { IpcForm } from '../ipc-forms.ts'
import { type CommonForm, loadCommonForm } from '../replica/common-form.ts'

const native: CommonForm = { encode: (value) => writeValue(value), decode: readValue }

/**
 * As the stages at the two ends read and write; `encode` throws EncodingError for what has no such form.
 * @throws ConfigurationError when a stage at an end speaks only as its own kind does.
 */
export async function routeForm({ routes, stages }: Blueprint, path: string): Promise<CommonForm> {
  const names = routes.find((route) => route.path === path)?.stages ?? []
  const formOf = (name: string | undefined): IpcForm | undefined =>
    stages.find((stage) => stage.name === name)?.ipc
  const isForeign = (name: string | undefined): boolean =>
    stages.some((stage) => stage.name === name && isLauncher(stage.worker))
  const [first, last] = [names[0], names.at(-1)]
  const [input, output] = [formOf(first), formOf(last)]
  if ((isForeign(first) && input?.reads !== true) || (isForeign(last) && output?.writes !== true)) {
    throw new ConfigurationError(
      `${path} takes no values from this process: a stage at its end also stands beside one of its own kind, on another route`,
    )
  }
  const { encode } = await load(input?.reads === true ? input.module : null)
  const { decode } = await load(output?.writes === true ? output.module : null)
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
