/** Lets a worker hand large values to the next stage through Redis. */

import type { Awaitable, MixinBase } from '@mosec/core'
import { type RedisIpcOptions, resolveOptions } from './options.ts'
import { RedisStore } from './redis-store.ts'
import { isReference, keyOf, referenceTo } from './reference.ts'

/**
 * A subclass of `base` that puts large values for the next stage into Redis and sends their keys; the next stage's worker
 * needs the mixin too. The type is `base`'s own, so its type arguments come after the call.
 *
 * @throws ConfigurationError when an option is not what it should be.
 *
 * @example
 * const redis = { url: 'redis://127.0.0.1:6379' }
 * class Decode extends RedisIpcMixin(Worker, redis)<string, Float32Array> { ... }
 * class Infer extends RedisIpcMixin(BatchWorker, redis)<Float32Array, number> { ... }
 */
export function RedisIpcMixin<Base extends MixinBase>(base: Base, options: RedisIpcOptions): Base {
  const resolved = resolveOptions(options)

  abstract class RedisIpcWorker extends base {
    readonly #store = new RedisStore(resolved)

    override serializeIpc(value: unknown): Awaitable<Uint8Array> {
      const bytes = super.serializeIpc(value)
      return bytes instanceof Promise ? bytes.then((ready) => this.#send(ready)) : this.#send(bytes)
    }

    override deserializeIpc(bytes: Uint8Array): unknown {
      const key = keyOf(bytes)
      if (key === undefined) return super.deserializeIpc(bytes)
      return this.#store.get(key).then((stored) => super.deserializeIpc(stored))
    }

    override async teardown(): Promise<void> {
      await super.teardown()
      this.#store.close()
    }

    #send(bytes: Uint8Array): Awaitable<Uint8Array> {
      if (bytes.length < resolved.minBytes && !isReference(bytes)) return bytes
      return this.#store.put(bytes).then(referenceTo)
    }
  }
  return RedisIpcWorker
}
