/** The POST of one route. */

import { priorities } from '@mosec/core'
import type { ApiFormat, ApiObject, ApiRoute } from './api.ts'
import { errorResponses } from './error-responses.ts'
import { schemaRef } from './schema-components.ts'

const BYTES = 'application/octet-stream'
const EVENTS = 'text/event-stream'

const timeoutHeader: ApiObject = {
  name: 'x-request-timeout-ms',
  in: 'header',
  description: 'Shortens the service timeout for this request, in milliseconds.',
  schema: { type: 'integer', minimum: 1 },
}

const priorityHeader: ApiObject = {
  name: 'x-priority',
  in: 'header',
  description: 'How urgent the request is among those of this route.',
  schema: { type: 'string', enum: [...priorities], default: 'normal' },
}

/** @param operationId unique in the document. */
export function routeOperation(route: ApiRoute, operationId: string): ApiObject {
  return {
    operationId,
    tags: ['inference'],
    summary: route.stages.join(' → '),
    parameters: route.allowsPriority === true ? [timeoutHeader, priorityHeader] : [timeoutHeader],
    requestBody: { required: true, content: requestContent(route) },
    responses: {
      200: {
        description: route.isStream ? 'Server-sent events.' : 'The answer.',
        content: answerContent(route),
      },
      ...errorResponses,
    },
  }
}

function requestContent({ requestFormats, readsAnyType, input, examples }: ApiRoute): ApiObject {
  if (readsAnyType) return { [BYTES]: {} }
  return byMimeType(requestFormats, (mimeType) => ({
    ...(input === undefined ? {} : { schema: schemaRef(input) }),
    ...(isJson(mimeType) ? shown(examples) : {}),
  }))
}

function answerContent({ responseFormats, isStream, output }: ApiRoute): ApiObject {
  if (isStream) return { [EVENTS]: { schema: { type: 'string' } } }
  if (responseFormats.length === 0) return { [BYTES]: {} }
  return byMimeType(responseFormats, () => (output === undefined ? {} : { schema: schemaRef(output) }))
}

function byMimeType(formats: readonly ApiFormat[], describe: (mimeType: string) => ApiObject): ApiObject {
  const mimeTypes = formats.flatMap((format) => format.mimeTypes)
  return Object.fromEntries(mimeTypes.map((mimeType) => [mimeType, describe(mimeType)]))
}

const isJson = (mimeType: string): boolean => mimeType === 'application/json' || mimeType.endsWith('+json')

function shown(examples: readonly unknown[]): ApiObject {
  const [first, ...others] = examples
  if (examples.length === 0) return {}
  if (others.length === 0) return { example: first }
  return { examples: Object.fromEntries(examples.map((value, index) => [`example ${index + 1}`, { value }])) }
}
