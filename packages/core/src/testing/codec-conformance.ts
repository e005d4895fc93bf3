/** What every codec must do, as a suite that any test runner can run. */

import assert from 'node:assert/strict'
import type { Codec } from '../contract/codec.ts'
import { DecodingError, EncodingError } from '../contract/errors.ts'
import type { SuiteRunner } from './suite-runner.ts'

/** A codec under test, with values that it must carry and bytes that it must refuse. */
export interface CodecSubject {
  readonly codec: Codec
  /** Values that must come back equal from `decode(encode(value))`; at least one. */
  readonly samples: readonly unknown[]
  /** Byte arrays that are not of this format; at least one. */
  readonly garbage: readonly Uint8Array[]
}

/**
 * Declares the cases of the contract {@link Codec} in the given runner. `factory` is called for each case.
 *
 * @example
 * import { describe, it } from 'node:test'
 * codecConformance(() => ({ codec: json(), samples: [{ a: 1 }], garbage: [Uint8Array.of(0xff)] }), { describe, it })
 */
export function codecConformance(factory: () => CodecSubject, runner: SuiteRunner): void {
  runner.describe(`codec conformance: ${factory().codec.name}`, () => {
    for (const [name, check] of Object.entries(checks)) runner.it(name, () => check(factory()))
  })
}

const checks: Record<string, (subject: CodecSubject) => void | Promise<void>> = {
  'has a short lower-case name': ({ codec }) => assert.match(codec.name, /^[a-z][a-z0-9-]*$/),
  'names its MIME types in lower case, without parameters': ({ codec }) => checkMimeTypes(codec),
  'brings every sample back': checkRoundtrip,
  'decodes bytes from the middle of a buffer': (subject) =>
    checkOffset(subject, (size) => new Uint8Array(size)),
  'decodes a Node Buffer from the middle of a buffer': (subject) => checkOffset(subject, Buffer.alloc),
  'does not change the bytes that it decodes': checkInputUntouched,
  'gives bytes that a later encode leaves alone': checkOutputUntouched,
  'refuses garbage with a DecodingError that says what is wrong': checkGarbage,
  'refuses truncated bytes with a DecodingError, or reads another value': checkTruncated,
  'refuses a function with an EncodingError': checkFunction,
  'still works after errors': checkReusable,
  'is the default export of its module, when it names one': checkModule,
}

function checkMimeTypes({ mimeTypes }: Codec): void {
  assert.ok(mimeTypes.length > 0, 'at least one MIME type')
  assert.equal(new Set(mimeTypes).size, mimeTypes.length, 'no MIME type twice')
  for (const type of mimeTypes) assert.match(type, /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/)
}

function checkRoundtrip({ codec, samples }: CodecSubject): void {
  assert.ok(samples.length > 0, 'at least one sample')
  for (const sample of samples) {
    const bytes = codec.encode(sample)
    assert.ok(bytes instanceof Uint8Array, 'encode gives a Uint8Array')
    assert.deepEqual(codec.decode(bytes), sample)
  }
}

/**
 * A replica hands over views into what it read, at any offset: odd ones must not break typed arrays. Mostly they are
 * Buffers, whose `slice` and `subarray` copy nothing, and the value must be the same as from a plain Uint8Array.
 */
function checkOffset({ codec, samples }: CodecSubject, makeBlock: (size: number) => Uint8Array): void {
  for (const sample of samples) {
    const bytes = codec.encode(sample)
    for (const offset of [1, 2, 3, 4]) {
      const block = makeBlock(bytes.length + 16).fill(0x5b)
      block.set(bytes, offset)
      assert.deepEqual(codec.decode(block.subarray(offset, offset + bytes.length)), sample)
    }
  }
}

function checkInputUntouched({ codec, samples, garbage }: CodecSubject): void {
  for (const bytes of [...samples.map((sample) => codec.encode(sample)), ...garbage]) {
    const before = Uint8Array.from(bytes)
    tryDecode(codec, bytes)
    assert.deepEqual(Uint8Array.from(bytes), before)
  }
}

function checkOutputUntouched({ codec, samples }: CodecSubject): void {
  for (const sample of samples) {
    const bytes = codec.encode(sample)
    const before = Uint8Array.from(bytes)
    for (const other of samples) codec.encode(other)
    assert.deepEqual(Uint8Array.from(bytes), before)
  }
}

function checkGarbage({ codec, garbage }: CodecSubject): void {
  assert.ok(garbage.length > 0, 'at least one piece of garbage')
  for (const bytes of garbage) {
    const error = tryDecode(codec, bytes)
    assert.ok(error !== undefined, `garbage must be refused: ${excerpt(bytes)}`)
    assert.equal(error.code, 'decoding_error')
    assert.notEqual(error.message, '')
    const body = new TextDecoder().decode(bytes)
    assert.ok(body.length <= 20 || !error.message.includes(body), 'the message repeats the whole body')
  }
}

/** A prefix may be a whole value of its own (the text `12` of `123`), so being read is no fault. */
function checkTruncated({ codec, samples }: CodecSubject): void {
  for (const sample of samples) {
    const bytes = codec.encode(sample)
    for (let length = 0; length < Math.min(bytes.length, 2000); length++) {
      tryDecode(codec, bytes.subarray(0, length))
    }
  }
}

function checkFunction({ codec }: CodecSubject): void {
  assert.throws(() => codec.encode(() => 1), EncodingError)
}

function checkReusable({ codec, samples, garbage }: CodecSubject): void {
  for (const bytes of garbage) tryDecode(codec, bytes)
  assert.throws(() => codec.encode(() => 1), EncodingError)
  checkRoundtrip({ codec, samples, garbage })
}

async function checkModule({ codec }: CodecSubject): Promise<void> {
  if (codec.module === undefined) return
  const loaded: { default?: Codec | (() => Codec) } = await import(codec.module)
  const exported = typeof loaded.default === 'function' ? loaded.default() : loaded.default
  assert.equal(exported?.name, codec.name)
  assert.deepEqual(exported?.mimeTypes, codec.mimeTypes)
}

/** The DecodingError, undefined when the bytes were read; any other error fails the case. */
function tryDecode(codec: Codec, bytes: Uint8Array): DecodingError | undefined {
  try {
    codec.decode(bytes)
    return undefined
  } catch (error) {
    if (error instanceof DecodingError) return error
    throw new assert.AssertionError({
      message: `decode threw ${error}, not a DecodingError: ${excerpt(bytes)}`,
    })
  }
}

function excerpt(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 40)).toString('hex')
}
