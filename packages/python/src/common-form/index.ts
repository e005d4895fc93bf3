/** `@mosec/python/common-form`: values on their way between Python and TypeScript. */

export { decode } from './decode.ts'
export { encode } from './encode.ts'
