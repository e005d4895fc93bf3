/** `@mosec/openapi`: the OpenAPI document of a service, and Swagger UI from local files. */

export type { Api, ApiFormat, ApiInfo, ApiObject, ApiRoute, NamedSchema } from './api.ts'
export { openApiDocument } from './document.ts'
export { openApiPage } from './pages.ts'
