/** Loads a model, and says in words of ours why it cannot. */

import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '@mosec/core'
import { describeValue } from '@mosec/core/runtime'
import type { LoadedOnnx } from '../load-onnx.ts'
import { type OnnxSession, type OnnxSessionOptions, versionOf } from '../session/ort.ts'

/** Where a model is: a path, a `file:` URL (as text too), or its bytes. */
export type OnnxModelSource = string | URL | Uint8Array

/**
 * Opens a session on the provider that was chosen.
 * @throws StartError (`start_error`) when the file is missing, is no ONNX model, or wants what this onnxruntime lacks.
 */
export async function openSession(
  source: OnnxModelSource,
  { ort, provider }: LoadedOnnx,
  options: OnnxSessionOptions,
): Promise<OnnxSession> {
  checkSource(source)
  const model = source instanceof Uint8Array ? bytesOf(source) : await fileOf(source)
  const settings = { ...options, executionProviders: [provider] }
  try {
    // The overloads of create() do not take a union.
    if (typeof model.source === 'string') return await ort.InferenceSession.create(model.source, settings)
    return await ort.InferenceSession.create(model.source, settings)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(explain(message, model, versionOf(ort)), { cause })
  }
}

function checkSource(source: unknown): void {
  if (typeof source === 'string' || source instanceof URL || source instanceof Uint8Array) return
  throw new StartError(`load() must give a path, a URL or bytes, and gave ${describeValue(source)}`)
}

/** A model that is there. */
interface FoundModel {
  readonly source: string | Uint8Array
  /** How messages call it. */
  readonly name: string
  /** Its first bytes as text, which tell what else it may be. */
  readonly start: string
}

const startBytes = 40

const bytesOf = (source: Uint8Array): FoundModel => ({
  source,
  name: `model of ${source.byteLength} bytes`,
  start: startOf(source),
})

// onnxruntime reads the file itself: weights that lie beside it (external data) are found by its path.
async function fileOf(location: string | URL): Promise<FoundModel> {
  const path = asPath(location)
  try {
    if ((await stat(path)).isDirectory())
      throw new StartError(`"${path}" is a folder: name the .onnx file in it`)
    return { source: path, name: path, start: await readStart(path) }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`
    throw new StartError(`the file "${path}" ${what}`, { cause })
  }
}

function asPath(location: string | URL): string {
  const text = location.toString()
  if (/^https?:/.test(text)) {
    throw new StartError(`"${text}" is on the web: download the model first, and name the file`)
  }
  return text.startsWith('file:') ? fileURLToPath(text) : resolve(text)
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0)
  return startOf(buffer.subarray(0, bytesRead))
}

const startOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, startBytes)).toString('latin1')

function explain(message: string, { name, start }: FoundModel, version: string): string {
  const [, opset, newestOpset] = /Opset (\d+) is under development.* is till opset (\d+)/s.exec(message) ?? []
  if (opset !== undefined) return tooNew(`opset ${opset}`, newestOpset)
  const [, ir, newestIr] = /model IR version: (\d+), max supported IR version: (\d+)/.exec(message) ?? []
  if (ir !== undefined) return tooNew(`IR version ${ir}`, newestIr)
  const [, operation] = /No Op registered for (\S+)/.exec(message) ?? []
  if (operation !== undefined)
    return `"${name}" needs the operation ${operation}, which onnxruntime ${version} does not have`
  if (/Protobuf parsing failed|No graph was found|does not have a graph/.test(message))
    return `"${name}" is no ONNX model${hint(start)}`
  return `"${name}" does not load: ${message.trim()}`

  function tooNew(what: string, newest: string | undefined): string {
    return (
      `"${name}" has ${what}, and onnxruntime ${version} knows them up to ${newest}: ` +
      'npm install onnxruntime-node@latest, or export the model for an older one'
    )
  }
}

function hint(start: string): string {
  if (start === '') return ': it is empty'
  if (start.startsWith('version https://git-lfs')) return ', but a pointer of Git LFS: git lfs pull'
  return start.trimStart().startsWith('<')
    ? ', but a web page: was it downloaded with its address for people?'
    : ''
}
