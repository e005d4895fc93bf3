/** A large tensor made by one stage and read by the next. */

import { RedisIpcMixin } from '@mosec/ipc-redis'
import { ValidationError, Worker } from 'mosec'

/** 64 MiB of floats. */
const maxSize = 2 ** 24

/** What a client should send; what it did send is checked below. */
type Request = { readonly size?: unknown } | null

export class Produce extends Worker<Request, Float32Array> {
  override forward(request: Request): Float32Array {
    const size = Number(request?.size)
    if (Number.isInteger(size) && size > 0 && size <= maxSize) return new Float32Array(size).fill(0.5)
    throw new ValidationError(`size: expected 1 to ${maxSize} floats, got ${JSON.stringify(request?.size)}`)
  }
}

export class Consume extends Worker<Float32Array, { length: number; first: number | undefined }> {
  override forward(tensor: Float32Array): { length: number; first: number | undefined } {
    return { length: tensor.length, first: tensor[0] }
  }
}

const redis = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }

/** The same two, but what is large goes through Redis. */
export class ProduceToRedis extends RedisIpcMixin(Produce, redis) {}
export class ConsumeFromRedis extends RedisIpcMixin(Consume, redis) {}
