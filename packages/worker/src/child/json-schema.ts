/** The JSON Schema of a worker's schema, where its library can tell: no library is imported for it. */

import type { JsonSchema, StandardSchema } from '@mosec/core'

/** It travels in one control message, and the server keeps it. */
const MAX_JSON_LENGTH = 256 * 1024

/**
 * JSON Schema (draft 2020-12, that of OpenAPI 3.1) of what the schema takes.
 *
 * Asked for by Standard JSON Schema (zod 4.2, arktype 2.1.28, valibot through `toStandardJsonSchema`), or by the method
 * that older versions have.
 * @throws Error that says why there is none: the library cannot, or a part of the schema has no such form.
 */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  const text = JSON.stringify(askLibrary(schema))
  if (text === undefined) throw new Error('its library gave nothing')
  if (text.length > MAX_JSON_LENGTH) throw new Error(`it is longer than ${MAX_JSON_LENGTH} characters`)
  const plain: unknown = JSON.parse(text)
  if (typeof plain === 'object' && plain !== null && !Array.isArray(plain)) return plain as JsonSchema
  throw new Error('it is no object')
}

/** What a library may offer; methods are called on their schema. */
interface Offers {
  readonly '~standard': { readonly jsonSchema?: { input?(options: { target: string }): unknown } }
  /** zod 4 */
  toJSONSchema?(options: { io: string }): unknown
  /** arktype 2 */
  toJsonSchema?(): unknown
}

function askLibrary(schema: StandardSchema): unknown {
  const offers = schema as StandardSchema & Offers
  const standard = offers['~standard'].jsonSchema
  if (typeof standard?.input === 'function') return standard.input({ target: 'draft-2020-12' })
  if (typeof offers.toJSONSchema === 'function') return offers.toJSONSchema({ io: 'input' })
  if (typeof offers.toJsonSchema === 'function') return offers.toJsonSchema()
  throw new Error(`${offers['~standard'].vendor} offers none through the schema itself`)
}
