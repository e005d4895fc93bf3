/** The first backend that the model runs on, too. */

import { defaultBackends, type LoadedTfjs, type LoadTfjsOptions, loadTfjs } from '../load-tfjs.ts'
import { BackendLimitError } from '../tensor/backend-limit.ts'

/**
 * Loads TensorFlow.js and lets `use` try it. Where the model turns out not to run on that backend, the next acceptable
 * one is taken, with a warning that says why.
 * @throws StartError (`start_error`) when none works; what `use` throws for any other reason.
 */
export async function useBackend(
  options: LoadTfjsOptions,
  use: (loaded: LoadedTfjs) => Promise<void>,
): Promise<void> {
  const { backends = defaultBackends, logger } = options
  const loaded = await loadTfjs(options)
  try {
    await use(loaded)
  } catch (error) {
    const others = backends.slice(backends.indexOf(loaded.backend) + 1)
    const reason = error instanceof Error ? error.cause : undefined
    if (!(reason instanceof BackendLimitError) || others.length === 0) throw error
    logger.warning(
      `the model does not run on ${loaded.backend}, so the next backend is tried: ${reason.message}`,
    )
    await useBackend({ ...options, backends: others }, use)
  }
}
