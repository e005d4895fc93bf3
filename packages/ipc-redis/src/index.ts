/** `@mosec/ipc-redis`: large values between stages through Redis. */

export type { RedisIpcOptions } from './options.ts'
export { RedisIpcMixin } from './redis-ipc-mixin.ts'
