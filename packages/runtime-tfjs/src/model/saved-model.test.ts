import { StartError, silentLogger } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import type { Tfjs } from '../backend/tfjs.ts'
import { loadTfjs } from '../load-tfjs.ts'
import { loadSavedModel } from './saved-model.ts'

const dimension = (size: number): object => ({ getSize: () => size })

/** TensorFlow.js with tfjs-node's loader, which says shapes as protobuf messages. */
async function nodeTfjs(calls: unknown[]): Promise<Tfjs> {
  const { tf } = await loadTfjs({ logger: silentLogger, backends: ['wasm'] })
  const model = {
    inputs: [{ dtype: 'float32', shape: [dimension(-1), dimension(3)] }],
    predict: (input: unknown) => input,
    dispose: () => calls.push('disposed'),
  }
  const loadSavedModel = async (path: string, ...more: unknown[]) => {
    calls.push([path, ...more])
    if (path === '/gone') throw new Error('There is no saved_model.pb file')
    return model
  }
  return { ...tf, node: { loadSavedModel } } as Tfjs
}

describe('loadSavedModel', () => {
  it('gives the model with the shapes of its inputs', async () => {
    const calls: unknown[] = []
    const tf = await nodeTfjs(calls)
    const model = await loadSavedModel(tf, new URL('file:///models/a'))
    expect(model.inputs).toEqual([{ dtype: 'float32', shape: [null, 3] }])
    const input = tf.tensor1d([1])
    expect(model.predict(input, {})).toBe(input)
    model.dispose?.()
    await loadSavedModel(tf, 'file:///models/a', { tags: ['serve', 'gpu'], signature: 'encode' })
    expect(calls).toEqual([
      ['/models/a', ['serve'], 'serving_default'],
      'disposed',
      ['/models/a', ['serve', 'gpu'], 'encode'],
    ])
    input.dispose()
  })

  it('says which model does not load, and why', async () => {
    await expect(loadSavedModel(await nodeTfjs([]), '/gone')).rejects.toThrow(
      'the SavedModel "/gone" (tags serve, signature serving_default) does not load: There is no saved_model.pb file',
    )
  })

  it('says what to do where TensorFlow itself is not there', async () => {
    const { tf } = await loadTfjs({ logger: silentLogger, backends: ['wasm'] })
    const failed = loadSavedModel(tf, '/models/a')
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow('needs TensorFlow itself, and the backend is wasm: set backends')
  })
})
