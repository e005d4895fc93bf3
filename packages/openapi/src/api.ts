/** What the document is made from: a service as its clients see it. */

import type { JsonSchema } from '@mosec/core'

/** The document's `info`. */
export interface ApiInfo {
  readonly title: string
  readonly version: string
  /** CommonMark. */
  readonly description?: string | undefined
}

/** A format of one end of a route. */
export interface ApiFormat {
  readonly mimeTypes: readonly string[]
}

/** A schema under the name that it gets among the document's components. */
export interface NamedSchema {
  /** Letters, digits, `.`, `-`, `_`. Two routes that share a stage give the same name. */
  readonly name: string
  readonly schema: JsonSchema
}

/** A route. */
export interface ApiRoute {
  readonly path: string
  /** Names of its stages, in order. */
  readonly stages: readonly string[]
  readonly requestFormats: readonly ApiFormat[]
  readonly responseFormats: readonly ApiFormat[]
  /** The worker reads the bytes itself: the schema says nothing of the body. */
  readonly readsAnyType: boolean
  /** Answers are `text/event-stream`. */
  readonly isStream: boolean
  /** Clients may send `x-priority`. */
  readonly allowsPriority?: boolean
  /** What a client sends, once decoded. */
  readonly input: NamedSchema | undefined
  /** What it gets, before it is encoded. */
  readonly output: NamedSchema | undefined
  /** Bodies that a client could send as JSON. */
  readonly examples: readonly unknown[]
}

/** A service. */
export interface Api {
  readonly info: ApiInfo
  readonly routes: readonly ApiRoute[]
}

/** Any object of the document; the specification says which members it has. */
export type ApiObject = Readonly<Record<string, unknown>>
