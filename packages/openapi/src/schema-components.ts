/** JSON Schemas moved into a document: under `components/schemas`, with their references following. */

import type { JsonSchema } from '@mosec/core'
import type { ApiObject, ApiRoute, NamedSchema } from './api.ts'

/** Keywords whose value is data, not a schema: a `$ref` in there is none. */
const DATA = new Set(['const', 'default', 'enum', 'example', 'examples'])
/** Keywords whose value maps names to schemas: a name may be any of the keywords. */
const NAMED = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'])
/** What a component may be called. */
const COMPONENT = /^[\w.-]+$/

/** A reference to a schema of the document. */
export const schemaRef = ({ name }: NamedSchema): ApiObject => ({ $ref: placeOf(name) })

/** All schemas of the routes, and what they define inside, by name. */
export function schemaComponents(routes: readonly ApiRoute[]): ApiObject {
  const schemas = routes.flatMap(({ input, output }) => [input, output])
  return Object.fromEntries(schemas.filter((schema) => schema !== undefined).flatMap(componentsOf))
}

const placeOf = (name: string): string => `#/components/schemas/${name}`

/**
 * The schema and its definitions, side by side: tools follow references between components better than into one.
 * The dialect is that of OpenAPI 3.1 already. A schema with an id is a resource of its own and stays whole.
 */
function componentsOf({ name, schema }: NamedSchema): [string, JsonSchema][] {
  const { $schema: _, ...whole } = schema
  if ('$id' in schema) return [[name, whole]]
  const { $defs = {}, ...rest } = whole
  const definitions = Object.entries($defs as Record<string, JsonSchema>)
  const hoisted = definitions.filter(([key]) => COMPONENT.test(key))
  const inside = definitions.filter(([key]) => !COMPONENT.test(key))
  const move = mover(name, new Set(hoisted.map(([key]) => key)))
  const root = inside.length === 0 ? rest : { ...rest, $defs: Object.fromEntries(inside) }
  return [
    [name, move(root) as JsonSchema],
    ...hoisted.map(([key, value]): [string, JsonSchema] => [`${name}.${key}`, move(value) as JsonSchema]),
  ]
}

/** A copy of a schema of this component in which references point to the new places. */
function mover(name: string, hoisted: ReadonlySet<string>): (schema: unknown) => unknown {
  const newRef = (ref: string): string => {
    const [, key = '', rest = ''] = /^#\/\$defs\/([^/]+)(.*)$/.exec(ref) ?? []
    return hoisted.has(key) ? `${placeOf(`${name}.${key}`)}${rest}` : ref.replace(/^#/, placeOf(name))
  }
  const byKeyword = ([keyword, value]: [string, unknown]): [string, unknown] => {
    if (keyword === '$ref' && typeof value === 'string') return [keyword, newRef(value)]
    if (DATA.has(keyword)) return [keyword, value]
    return [keyword, NAMED.has(keyword) ? mapValues(value, move) : move(value)]
  }
  const move = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(move)
    return isObject(schema) ? Object.fromEntries(Object.entries(schema).map(byKeyword)) : schema
  }
  return move
}

function mapValues(value: unknown, change: (value: unknown) => unknown): unknown {
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
