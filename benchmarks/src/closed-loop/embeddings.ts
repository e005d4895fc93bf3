/** W3: texts to vectors with the bundled model: batches in processes of their own beside one text at a time in the server's. */

import { handmadeEmbed, ours } from '../peers/peers.ts'
import { tfjsNodeProject } from '../peers/tfjs-node-project.ts'
import type { Cell } from './cell.ts'
import { closedWorkload } from './closed-workload.ts'

const question = 'How old are you?'
const sentence =
  'The quick brown fox jumps over the lazy dog while the farmer sleeps in the warm afternoon sun.'
const words = `${sentence} Nobody had told him that it would rain before the evening came.`.split(' ')

const twoReplicas = 'ours, 2 replicas'

/** A body, or several that are sent in turns. */
const texts = {
  '5 tokens': bodyOf(question),
  '23 tokens': bodyOf(sentence),
  // Short and long ones mixed, as people write them, always in the same order.
  '4 to 36 tokens': [28, 3, 12, 6, 20, 4, 9, 5].map((count) => bodyOf(words.slice(0, count).join(' '))),
} as const

interface Backend {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly replicas: readonly number[]
}

/** TensorFlow computes on all processors at once: a second replica would take them from the first. */
const backends: readonly Backend[] = [
  { name: 'wasm', env: {}, replicas: [1, 2] },
  ...(tfjsNodeProject === undefined
    ? []
    : [{ name: 'tensorflow', env: { PROJECT: tfjsNodeProject }, replicas: [1] }]),
]

export const embeddings = closedWorkload({
  id: 'W3',
  title: 'text embeddings',
  cells: (isQuick) =>
    isQuick
      ? cellsOf('5 tokens', backends.slice(0, 1), [32])
      : (Object.keys(texts) as (keyof typeof texts)[]).flatMap((text) =>
          cellsOf(text, backends, [1, 8, 32, 128]),
        ),
  wishes: [8, 32, 128].flatMap((count) => [
    { figure: 'requestsPerSecond', over: 'handmade', server: 'ours', cell: `c = ${count}`, atLeast: 1.6 },
    { figure: 'requestsPerSecond', over: 'handmade', server: twoReplicas, cell: `c = ${count}`, atLeast: 3 },
  ]),
  // TensorFlow.js's own code is slow until it is compiled.
  warmUpSeconds: () => 3,
  amount: (isQuick) => (isQuick ? { rounds: 1, seconds: 1 } : { rounds: 5, seconds: 3 }),
})

function cellsOf(text: keyof typeof texts, on: readonly Backend[], connections: readonly number[]): Cell[] {
  return on.flatMap(({ name, env, replicas }) => {
    const peers = [
      ...replicas.map((count) =>
        ours('embed', { ...env, REPLICAS: String(count) }, count === 1 ? 'ours' : twoReplicas),
      ),
      handmadeEmbed(env),
    ]
    return connections.map((count) => ({
      name: `${name}, ${text}, c = ${count}`,
      load: { connections: count, body: texts[text], contentType: 'application/json' },
      peers,
    }))
  })
}

function bodyOf(input: string): string {
  return JSON.stringify({ input })
}
