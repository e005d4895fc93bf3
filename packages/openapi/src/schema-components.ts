/** JSON Schemas moved into a document: under `components/schemas`, with their references following. */

import type { JsonSchema } from '@mosec/core'
import type { ApiObject, ApiRoute, NamedSchema } from './api.ts'

/** Keywords whose value is data, not a schema: a `$ref` in there is none. */
const DATA = new Set(['const', 'default', 'enum', 'example', 'examples'])
/** Keywords whose value maps names to schemas: a name may be any of the keywords. */
const NAMED = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'])

/** A reference to a schema of the document. */
export const schemaRef = ({ name }: NamedSchema): ApiObject => ({ $ref: `#/components/schemas/${name}` })

/** All schemas of the routes by name. */
export function schemaComponents(routes: readonly ApiRoute[]): ApiObject {
  const schemas = routes
    .flatMap(({ input, output }) => [input, output])
    .filter((schema) => schema !== undefined)
  return Object.fromEntries(schemas.map((named) => [named.name, moved(named)]))
}

/** The dialect is that of OpenAPI 3.1 already. One with an id is a resource of its own, whose references stay. */
function moved({ name, schema }: NamedSchema): JsonSchema {
  const { $schema: _, ...rest } = schema
  return '$id' in schema ? rest : moveRefs(rest, `#/components/schemas/${name}`)
}

function moveRefs(schema: JsonSchema, home: string): JsonSchema {
  const members = Object.entries(schema).map(([keyword, value]) => [keyword, moveIn(keyword, value, home)])
  return Object.fromEntries(members)
}

function moveIn(keyword: string, value: unknown, home: string): unknown {
  if (keyword === '$ref') return typeof value === 'string' ? value.replace(/^#/, home) : value
  if (DATA.has(keyword)) return value
  if (Array.isArray(value)) return value.map((item) => moveIn('', item, home))
  if (typeof value !== 'object' || value === null) return value
  if (!NAMED.has(keyword)) return moveRefs(value as JsonSchema, home)
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, moveIn('', schema, home)]))
}
