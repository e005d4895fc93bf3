/** What happens before the first batch, and after the last. */

import { readdirSync } from 'node:fs'
import { StartError, silentLogger, type WorkerContext } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { OnnxWorker } from './onnx-worker.ts'
import type { OnnxFeeds, OnnxSession } from './session/ort.ts'
import { sumModel } from './testing/small-models.ts'

const context: WorkerContext = { stage: 'model', replica: 1, maxBatchSize: 8, logger: silentLogger }

class Sum extends OnnxWorker<Float32Array, number> {
  override load(): Uint8Array {
    return sumModel()
  }
  override postprocess(row: Float32Array): number {
    return row[0] ?? Number.NaN
  }
}

async function ready(worker: Sum): Promise<void> {
  await worker.setup(context)
}

describe('OnnxWorker setup', () => {
  it('reports what computes', async () => {
    const reports: unknown[] = []
    const worker = new Sum()
    worker.providers = ['cpu']
    await worker.setup({ ...context, report: (report) => reports.push(report) })
    expect(reports).toEqual([{ runtime: { runtime: 'onnx', backend: 'cpu' } }])
  })

  it('wraps a model that fails in warm-up', async () => {
    class Broken extends Sum {
      override predict(): never {
        throw new Error('no such thing')
      }
    }
    const failed = ready(new Broken())
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow('the model fails in warm-up, with a batch of 1: no such thing')
  })

  it('says that load or predict gives nothing', async () => {
    const nothing: unknown = undefined
    class NoModel extends Sum {
      override load(): Uint8Array {
        return nothing as Uint8Array
      }
    }
    await expect(ready(new NoModel())).rejects.toThrow(
      'load() must give a path, a URL or bytes, and gave undefined: is a "return" missing?',
    )
    class NoOutput extends Sum {
      override predict(): OnnxFeeds {
        return nothing as OnnxFeeds
      }
    }
    await expect(ready(new NoOutput())).rejects.toThrow(
      'predict() must give a tensor, or tensors by name, and gave undefined: is a "return" missing?',
    )
    await ready(new Sum())
  })

  it("hands the session's options on", async () => {
    const worker = new Sum()
    worker.sessionOptions = { executionMode: 'sideways' as 'parallel' }
    await expect(ready(worker)).rejects.toThrow('does not load')
  })

  // Only Linux lists a process's threads as files.
  it.runIf(process.platform === 'linux')('computes in one thread unless told otherwise', async () => {
    const threads = (): number => readdirSync('/proc/self/task').length
    async function added(count?: number): Promise<number> {
      const worker = new Sum()
      if (count !== undefined) worker.threads = count
      const before = threads()
      await ready(worker)
      const after = threads()
      await worker.teardown()
      return after - before
    }
    await added()
    expect(await added()).toBe(0)
    expect(await added(4)).toBe(3)
  })

  it('frees the model', async () => {
    class Kept extends Sum {
      session: OnnxSession | undefined
      override predict(session: OnnxSession, feeds: OnnxFeeds) {
        this.session = session
        return session.run(feeds)
      }
    }
    const worker = new Kept()
    await ready(worker)
    await worker.teardown()
    await expect(worker.session?.run({})).rejects.toThrow()
    await expect(worker.session?.release()).rejects.toThrow('disposed')
  })
})
