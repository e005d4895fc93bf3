/** What is written in this picture? Three stages: decode, detect, recognise. */

import { Server, stage } from 'mosec'
import type { Page } from './decode.ts'
import type { FoundLines } from './detect.ts'
import type { Line } from './recognise.ts'

// Named by module, so that this process, which holds the connections, loads neither sharp nor onnxruntime.
const decode = stage<Uint8Array, Page>(new URL('./decode.js', import.meta.url), { name: 'decode' })
const detect = stage<Page, FoundLines>(new URL('./detect.js', import.meta.url), { name: 'detect' })
// Pages whose lines are read together. More pay on a GPU only: one thread is as busy with two lines as with one twice.
const recognise = stage<FoundLines, Line[]>(new URL('./recognise.js', import.meta.url), {
  name: 'recognise',
  maxBatchSize: 4,
})

const server = new Server({ timeoutMs: 20_000 })
server.route('/ocr', decode, detect, recognise)
await server.run()
