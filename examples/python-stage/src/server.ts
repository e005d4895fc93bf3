/** What kind of file is it? TypeScript reads the file, Python knows the model, TypeScript answers. */

import { fileURLToPath } from 'node:url'
import { pythonStage } from '@mosec/python'
import { Server, stage } from 'mosec'
import type { Guess } from './guess.js'

const features = stage<Uint8Array, Int32Array>(new URL('./features.js', import.meta.url), {
  name: 'features',
})
const model = pythonStage<Int32Array, Guess>('model.py:FileType', {
  // Its .venv is the one that runs it.
  cwd: fileURLToPath(new URL('../python', import.meta.url)),
  name: 'model',
  maxBatchSize: 32,
})
const answer = stage(new URL('./answer.js', import.meta.url), { name: 'answer' })

const server = new Server({ timeoutMs: 10_000 })
server.route('/kind', features, model, answer)
await server.run()
