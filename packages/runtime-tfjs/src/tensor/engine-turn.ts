/** One computation at a time on TensorFlow.js's engine, and nothing of it left behind. */

import type { Tfjs } from '../backend/tfjs.ts'

// The engine is one per process, whatever we do, and so its turn is found by the engine and not owned by a worker.
const lastTurns = new WeakMap<object, Promise<void>>()

/**
 * Runs `compute` alone and disposes every tensor that was made meanwhile, also when it throws. `tf.tidy` cannot do it: it
 * takes no promise. Open scopes nest, so two at once would dispose each other's tensors; hence the turn. It costs nothing:
 * all backends but webgpu block their thread anyway.
 */
export async function inTurn<T>(tf: Tfjs, compute: () => Promise<T>): Promise<T> {
  const engine = tf.engine()
  const before = lastTurns.get(engine)
  let end = (): void => {}
  const turn = new Promise<void>((resolve) => {
    end = resolve
  })
  lastTurns.set(engine, turn)
  await before
  engine.startScope()
  try {
    return await compute()
  } finally {
    engine.endScope()
    end()
  }
}
