/** Standard Schema (https://standardschema.dev): what zod, valibot, arktype and others share, written out by hand. */

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A schema of any library that follows Standard Schema v1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** Only for the compiler: what goes in and what comes out. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

/** The value as the schema gives it on, or what is wrong with it. */
export type SchemaResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong. */
export interface SchemaIssue {
  readonly message: string
  /** Keys from the outside to the place; absent or empty: the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema takes. */
export type InferInput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input']

/** What a schema gives: its input parsed, with defaults and transforms applied. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output']
