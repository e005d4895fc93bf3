/** For debugging: what `forward` gives, against the worker's output schema. */

import { type AnyWorker, EncodingError } from '@mosec/core'
import { checkValue } from './check-value.ts'
import { type ForwardShape, isThenable } from './invoke.ts'
import { issuesText } from './issue-text.ts'

/**
 * The same calls, but a result that the schema refuses becomes an error that names the place. What the schema would make
 * of a good result is not used: the answer must not depend on the log level. Streams are not checked.
 */
export function withOutputCheck(shape: ForwardShape, worker: AnyWorker): ForwardShape {
  const schema = worker.output
  if (schema === undefined || shape.isStream) return shape

  const one = (value: unknown): unknown => {
    if (value instanceof Error) return value
    const check = checkValue(schema, value)
    return isThenable(check) ? check.then((ended) => judge(value, ended)) : judge(value, check)
  }
  const each = (values: readonly unknown[]): unknown => {
    const judged = values.map(one)
    return judged.some(isThenable) ? Promise.all(judged) : judged
  }
  const all = (result: unknown): unknown => {
    if (shape.takesOne) return one(result)
    return Array.isArray(result) ? each(result) : result
  }
  return {
    ...shape,
    invoke: (inputs, context) => {
      const result = shape.invoke(inputs, context)
      return isThenable(result) ? result.then(all) : all(result)
    },
  }
}

function judge(value: unknown, check: Awaited<ReturnType<typeof checkValue>>): unknown {
  if (check.issues !== undefined) return new EncodingError(issuesText('output', check.issues))
  return 'thrown' in check ? asError(check.thrown) : value
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('the output schema threw', { cause: thrown })
