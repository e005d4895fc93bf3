/** `@mosec/codec-json`: JSON at the two ends of a pipeline. */

export { json } from './json.ts'
export { JsonMixin } from './json-mixin.ts'
