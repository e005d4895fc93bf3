/** TensorFlow itself, in the project that `npm run tfjs-node` makes; without it the tests skip and say so. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@mosec/core'
import { packagesSeenFrom } from '@mosec/core/runtime'
import { runtimeConformance } from '@mosec/core/testing'
// The builder starts a program of its own, which only dist has.
import { buildTfjsNode, doctor } from '@mosec/runtime-tfjs/doctor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAddon } from './build/find-addon.ts'
import { loadTfjs } from './load-tfjs.ts'
import { loadSavedModel } from './model/saved-model.ts'
import { Subject } from './testing/conformance-subject.ts'

const project = fileURLToPath(new URL('../../../node_modules/.cache/mosec/tfjs-node', import.meta.url))
const isBuilt = hasAddon()
if (!isBuilt) console.warn('tfjs-node is not built here, so TensorFlow is not tested: npm run tfjs-node')

function hasAddon(): boolean {
  try {
    return existsSync(findAddon('@tensorflow/tfjs-node', project).addonFile)
  } catch {
    return false
  }
}

describe.skipIf(!isBuilt)('on TensorFlow', () => {
  const home = process.cwd()
  beforeAll(() => process.chdir(project))
  afterAll(() => process.chdir(home))

  const load = () =>
    loadTfjs({ backends: ['tensorflow'], logger: silentLogger, packages: packagesSeenFrom(import.meta.url) })

  runtimeConformance(
    {
      name: 'tfjs on TensorFlow',
      worker: (request) => new Subject(request, 'tensorflow'),
      held: async () => (await load()).tf.memory().numTensors,
    },
    { describe, it },
  )

  it('runs convolution, normalisation and pooling of a layers model as plain JavaScript does', async () => {
    const { tf } = await load()
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 5, activation: 'softmax' }),
      ],
    })
    const images = tf.tensor4d(
      Float32Array.from({ length: 384 }, (_, n) => Math.sin(n)),
      [2, 8, 8, 3],
    )
    const results: number[][] = []
    for (const backend of ['tensorflow', 'cpu']) {
      await tf.setBackend(backend)
      const output = tf.tidy(() => model.predict(images))
      if (Array.isArray(output)) throw new Error('expected one output')
      results.push(Array.from(await output.data()))
      output.dispose()
    }
    const [native = [], plain = []] = results
    expect(native).toHaveLength(10)
    for (const [n, value] of native.entries()) expect(value).toBeCloseTo(plain[n] ?? Number.NaN, 5)
  })

  it('runs a SavedModel without a conversion', async () => {
    const { tf } = await load()
    const model = await loadSavedModel(tf, new URL('../test/fixtures/saved-model/', import.meta.url))
    const output = model.predict(tf.tensor2d([[1, 2, 3]]), {})
    if (!('data' in output) || typeof output.data !== 'function') throw new Error('expected one output')
    expect(Array.from(await output.data())).toEqual([22.5, 27.5])
  })

  it("is what the doctor measures, with TensorFlow's version", async () => {
    const finding = await doctor.examine('tensorflow')
    expect(finding).toMatchObject({
      subject: 'tfjs/tensorflow',
      status: 'ok',
      details: { tensorflowVersion: expect.stringMatching(/^2\.\d+/), productMs: expect.any(Number) },
    })
  })

  it('is found built and right by the builder, which then does nothing', async () => {
    const steps: string[] = []
    const cacheFolder = '/nowhere'
    const built = await buildTfjsNode({
      projectFolder: project,
      cacheFolder,
      onStep: (step) => steps.push(step),
    })
    expect(built).toMatchObject({ wasThere: true, isUsingGpu: false })
    expect(steps).toEqual([expect.stringMatching(/^found /)])
  })
})
