/** What a client may ask of `/v1/embeddings`, as OpenAI's API defines it. */

import { ValidationError } from '@mosec/core'
import { z } from 'zod'
import { dimensions } from './messages.ts'

/** As many as OpenAI takes in one request. */
const maxInputs = 2048

const text = z.string({ error: 'expected text' }).min(1, 'must not be empty')

/** Tokens (arrays of numbers) are no texts: OpenAI's numbers mean other words to this model. */
const texts = z
  .array(text, { error: 'expected text or an array of texts' })
  .min(1, 'must not be empty')
  .max(maxInputs, `at most ${maxInputs} texts in one request`)

const options = {
  model: z.string({ error: 'expected text' }).nullish(),
  encoding_format: z.enum(['float', 'base64'], { error: 'expected "float" or "base64"' }).default('float'),
  dimensions: z.literal(dimensions, { error: `this model has ${dimensions} dimensions` }).nullish(),
  user: z.string({ error: 'expected text' }).nullish(),
}

// Two schemas instead of a union, whose error would not say which of many texts is wrong.
const oneText = z.object({ input: text, ...options })
const manyTexts = z.object({ input: texts, ...options }, { error: 'expected a JSON object' })

/** The rest of a long list says nothing new. */
const maxIssues = 5

/** A request that was understood. */
export interface EmbeddingRequest {
  /** At least one text, none empty. */
  readonly texts: readonly string[]
  readonly encodingFormat: 'float' | 'base64'
}

/**
 * Checks a decoded request body.
 * @throws ValidationError (`validation_error`) that names each field with what was expected.
 */
export function parseRequest(body: unknown): EmbeddingRequest {
  const { success, data, error } = (hasOneText(body) ? oneText : manyTexts).safeParse(body)
  if (!success) throw new ValidationError(describeAll(error.issues))
  const list = typeof data.input === 'string' ? [data.input] : data.input
  return { texts: list, encodingFormat: data.encoding_format }
}

function hasOneText(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'input' in body && typeof body.input === 'string'
}

function describeAll(issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues.slice(0, maxIssues).map(describe).join('; ')
  return issues.length > maxIssues ? `${shown}; and ${issues.length - maxIssues} more` : shown
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`
}
