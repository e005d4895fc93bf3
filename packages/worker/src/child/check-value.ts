/** One value against one schema; a promise only where the schema gives one. */

import type { SchemaResult, StandardSchema } from '@mosec/core'
import { isThenable } from './invoke.ts'

/** What came of it. `thrown` is the schema's own failure, not the value's. */
export type Checked = SchemaResult | { readonly thrown: unknown; readonly issues?: undefined }

/** Never throws, and its promise never rejects. */
export function checkValue(schema: StandardSchema, value: unknown): Checked | Promise<Checked> {
  try {
    const result = schema['~standard'].validate(value)
    return isThenable(result) ? result.then(sound).catch(failed) : sound(result)
  } catch (error) {
    return failed(error)
  }
}

/** In order; a promise only when one of them is. */
export function allChecked(checks: readonly (Checked | Promise<Checked>)[]): Checked[] | Promise<Checked[]> {
  return checks.some(isThenable) ? Promise.all(checks) : (checks as Checked[])
}

const failed = (error: unknown): Checked => ({ thrown: error })

/** @throws TypeError for a result that Standard Schema does not know. */
function sound(result: SchemaResult): SchemaResult {
  if (result.issues !== undefined || 'value' in result) return result
  throw new TypeError('the schema gave neither a value nor issues')
}
