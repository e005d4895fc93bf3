/** Examples of a worker that may be shown to clients: those that JSON can say, and that a client could send. */

import { isDeepStrictEqual } from 'node:util'
import type { AnyWorker } from '@mosec/core'
import { checkValue } from './check-value.ts'
import { forwardShape } from './invoke.ts'

const MAX_EXAMPLES = 4
const MAX_JSON_LENGTH = 8 * 1024

/** The first few inputs of `examples`, or of `example`. */
export async function publishedExamples(worker: AnyWorker): Promise<readonly unknown[]> {
  const shown: unknown[] = []
  for (const input of inputsOf(worker)) {
    if (shown.length === MAX_EXAMPLES) break
    if (isShortJson(input) && (await isTaken(worker, input))) shown.push(input)
  }
  return shown
}

function inputsOf(worker: AnyWorker): readonly unknown[] {
  const examples: readonly unknown[] = worker.examples ?? [worker.example]
  const inputs = forwardShape(worker).takesOne ? examples : examples.flat()
  return inputs.filter((input) => input !== undefined)
}

/** It comes back from JSON as it was: no typed array, no date, no NaN. */
function isShortJson(value: unknown): boolean {
  try {
    const text = JSON.stringify(value)
    return text.length <= MAX_JSON_LENGTH && isDeepStrictEqual(JSON.parse(text), value)
  } catch {
    return false
  }
}

/** An example is what `forward` takes, which a schema that transforms may not take itself. */
async function isTaken({ input }: AnyWorker, value: unknown): Promise<boolean> {
  if (input === undefined) return true
  const check = await checkValue(input, value)
  return check.issues === undefined && 'value' in check
}
