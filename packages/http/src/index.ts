/** `@mosec/http`: the HTTP face of a scheduler. */

export { errorResponse } from './error-response.ts'
export { createHttpFace, type HttpFace } from './face.ts'
export type { FaceEnv, StreamRecord } from './face-env.ts'
export { type Accepting, type Listening, type ListenOptions, startErrorOf } from './listen.ts'
export type { CodecInfo, HttpFaceOptions, MetricsText, RouteInfo } from './options.ts'
export { statusOf, statusText } from './statuses.ts'
export { readWebBody } from './web-body.ts'
