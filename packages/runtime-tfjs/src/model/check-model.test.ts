import { createRequire } from 'node:module'
import { silentLogger } from '@mosec/core'
import { expect, it } from 'vitest'
import type { Tfjs } from '../backend/tfjs.ts'
import { loadTfjs } from '../load-tfjs.ts'
import { sumModel } from '../testing/small-models.ts'
import { checkModel } from './check-model.ts'

/** TensorFlow.js once more, from the same files: what a second installation is to a process. */
function secondCopy(): Tfjs {
  const require = createRequire(import.meta.url)
  const first = Object.entries(require.cache).filter(([file]) => file.includes('/@tensorflow/'))
  for (const [file] of first) delete require.cache[file]
  try {
    return require('@tensorflow/tfjs')
  } finally {
    Object.assign(require.cache, Object.fromEntries(first))
  }
}

it('warns of a model that another copy made, and not of its own', async () => {
  const { tf } = await loadTfjs({ logger: silentLogger, backends: ['cpu'] })
  const warnings: string[] = []
  const logger = { ...silentLogger, warning: (message: string) => warnings.push(message) }
  const own = sumModel(tf)
  checkModel(own, tf, logger)
  // Both copies count their layers from 1, and the engine knows each name once.
  own.dispose()
  expect(warnings).toEqual([])
  const copy = secondCopy()
  expect(copy.LayersModel).not.toBe(tf.LayersModel)
  checkModel(sumModel(copy), tf, logger)
  expect(warnings).toEqual([expect.stringContaining('another copy of TensorFlow.js')])
})
