/** A worker beside a stage of another language hands over values in the form that both know. */

import { type AnyWorker, BaseWorker, DecodingError, EncodingError } from '@mosec/core'
import type { IpcForm } from '../ipc-forms.ts'

/** What the module of a common form exports. */
export interface CommonForm {
  /** @throws Error naming what cannot be encoded. */
  readonly encode: (value: unknown) => Uint8Array
  /** @throws Error for bytes that are not of this form. */
  readonly decode: (bytes: Uint8Array) => unknown
}

/** Loads the module that a border needs. */
export async function loadCommonForm(module: string): Promise<CommonForm> {
  return (await import(module)) as CommonForm
}

/** Sets the worker's way of reading and writing; what its class overrides stays as it is. */
export async function speakCommonForm(
  worker: AnyWorker,
  { module, reads, writes }: IpcForm,
  stage: string,
): Promise<void> {
  if (module === null || !(reads || writes)) return
  const form = await loadCommonForm(module)
  if (reads && worker.deserializeIpc === BaseWorker.prototype.deserializeIpc) {
    worker.deserializeIpc = (bytes) => decoded(form, bytes, stage)
  }
  if (writes && worker.serializeIpc === BaseWorker.prototype.serializeIpc) {
    worker.serializeIpc = (value) => encoded(form, value, stage)
  }
}

function decoded(form: CommonForm, bytes: Uint8Array, stage: string): unknown {
  try {
    return form.decode(bytes)
  } catch (cause) {
    throw new DecodingError(`stage ${stage}: ${textOf(cause)}`, { cause })
  }
}

function encoded(form: CommonForm, value: unknown, stage: string): Uint8Array {
  try {
    return form.encode(value)
  } catch (cause) {
    throw new EncodingError(`stage ${stage}: ${textOf(cause)}`, { cause })
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
