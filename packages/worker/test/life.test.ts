import { StartError } from '@mosec/core'
import { expect, test } from 'vitest'
import { Gate, item, ReplicaRig, turn } from './replica-rig.ts'
import { TextBatchWorker, TextStreamWorker, TextWorker, textCodec } from './text-workers.ts'

class Recorder extends TextBatchWorker {
  readonly steps: string[] = []

  constructor() {
    super((texts) => {
      this.steps.push(`forward ${texts.join()}`)
      return texts
    })
  }

  override setup(): void {
    this.steps.push('setup')
  }

  override teardown(): void {
    this.steps.push('teardown')
  }
}

test('set-up, then all examples, then hello, then the connection; drain ends it with one teardown', async () => {
  const worker = new Recorder()
  worker.example = ['unused']
  worker.examples = [['a', 'b'], ['c']]
  const rig = await new ReplicaRig(worker).ready()

  expect(worker.steps).toEqual(['setup', 'forward a,b', 'forward c'])
  expect(rig.messages).toEqual([
    {
      type: 'mosec:hello',
      worker: {
        kind: 'batch',
        name: 'Recorder',
        requestTypes: [{ name: 'text', mimeTypes: ['text/plain'] }],
        responseTypes: [{ name: 'text', mimeTypes: ['text/plain'] }],
        readsAnyType: false,
        needsCodecFor: [],
        isStream: false,
        examples: ['a', 'b', 'c'],
      },
    },
  ])

  rig.drain()
  rig.drain()
  await rig.finished
  expect(worker.steps.filter((step) => step === 'teardown')).toHaveLength(1)
  expect(rig.isChannelClosed).toBe(true)
})

test('a single worker is warmed with its one example, a stream is read to its end', async () => {
  const warmed: string[] = []
  const single = new TextWorker((text) => warmed.push(text))
  single.example = 'one'
  const stream = new TextStreamWorker(async function* (text) {
    yield text
    warmed.push(`${text} ended`)
  })
  stream.example = 'stream'
  await new ReplicaRig(single).ready()
  await new ReplicaRig(stream).ready()
  expect(warmed).toEqual(['one', 'stream ended'])
})

test('a class that reads the bytes itself takes any type', async () => {
  class Raw extends TextWorker {
    override deserialize(bytes: Uint8Array): unknown {
      return bytes
    }
  }
  const rig = await new ReplicaRig(new Raw()).ready()
  expect(rig.messages).toMatchObject([{ worker: { readsAnyType: true } }])
})

test('a set-up that throws: the parent is told phase, class and error, and nothing is torn down', async () => {
  class Broken extends Recorder {
    override setup(): void {
      throw new Error('no weights')
    }
  }
  const worker = new Broken()
  const rig = new ReplicaRig(worker)
  await expect(rig.finished).rejects.toThrow(StartError)
  await expect(rig.finished).rejects.toThrow('set-up of worker Broken failed: no weights')
  expect(rig.messages).toEqual([
    {
      type: 'mosec:failed',
      phase: 'set-up',
      worker: 'Broken',
      message: 'no weights',
      stack: expect.stringContaining('no weights'),
    },
  ])
  expect(worker.steps).toEqual([])
})

test('a warm-up that throws: the parent is told, what set-up took is freed', async () => {
  const steps: string[] = []
  class Cold extends TextWorker {
    override example = 'x'
    override teardown(): void {
      steps.push('teardown')
    }
    override forward(): string {
      throw new Error('wrong shape')
    }
  }
  const rig = new ReplicaRig(new Cold())
  await expect(rig.finished).rejects.toThrow('warm-up of worker Cold failed: wrong shape')
  expect(rig.messages).toMatchObject([{ type: 'mosec:failed', phase: 'warm-up' }])
  expect(steps).toEqual(['teardown'])
})

test('an example of the wrong shape is a failed warm-up', async () => {
  const worker = new TextBatchWorker()
  worker.example = 'not a list' as never
  await expect(new ReplicaRig(worker).finished).rejects.toThrow(/warm-up .* lists, got string/)
})

test('a connection that fails is told as such', async () => {
  const rig = new ReplicaRig(new TextWorker(), { connect: () => Promise.reject(new Error('no socket')) })
  await expect(rig.finished).rejects.toThrow('connect of worker TextWorker failed: no socket')
})

test('drain while setting up: it leaves before warm-up', async () => {
  const gate = new Gate()
  class Slow extends Recorder {
    override example = ['x']
    override setup(): Promise<void> {
      return gate.passed
    }
  }
  const worker = new Slow()
  const rig = new ReplicaRig(worker)
  rig.drain()
  gate.open()
  await rig.finished
  expect(worker.steps).toEqual(['teardown'])
  expect(rig.messages).toEqual([])
})

test('drain finishes what is held, queued batches too', async () => {
  const gate = new Gate()
  const rig = await new ReplicaRig(new TextWorker((text) => gate.passed.then(() => text))).ready()
  const answers = [rig.ask(['a'], 1), rig.ask(['b'], 2)]
  rig.drain()
  gate.open()
  await rig.finished
  expect((await Promise.all(answers)).flat()).toEqual([
    { code: 'ok', text: 'a' },
    { code: 'ok', text: 'b' },
  ])
})

test.each(['channel', 'control'] as const)(
  'the %s closes: what runs is aborted, the rest dropped',
  async (end) => {
    const seen: string[] = []
    const worker = new TextWorker((text, { signal }) => {
      seen.push(text)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const rig = await new ReplicaRig(worker).ready()
    rig.send([item(1, 'a')])
    rig.send([item(2, 'b')])
    await turn()
    rig[end]?.closed('gone')
    await rig.finished
    expect(seen).toEqual(['a'])
    expect(rig.replies).toEqual([])
  },
)

test('a teardown that throws is logged, and the replica leaves', async () => {
  class Stuck extends TextWorker {
    override codecs = [textCodec]
    override teardown(): void {
      throw new Error('stuck')
    }
  }
  const rig = await new ReplicaRig(new Stuck()).ready()
  rig.drain()
  await rig.finished
  expect(rig.lines).toContainEqual({ level: 'error', message: 'teardown of worker Stuck threw' })
})

test('a loop that cannot reply leaves with the error', async () => {
  const worker = new TextWorker()
  const rig = new ReplicaRig(worker, {
    connect: () =>
      Promise.resolve({
        open: (events) => events.batch([{ id: 1, state: 3, bytes: new Uint8Array() }], 0),
        reply: () => {
          throw new Error('broken pipe')
        },
        close: () => {},
      }),
  })
  await expect(rig.finished).rejects.toThrow('broken pipe')
})
