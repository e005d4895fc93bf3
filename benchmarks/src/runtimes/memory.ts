/**
 * Does memory grow? `node benchmarks/dist/runtimes/memory.js [batches] [part of a model's name]` computes batches of 8 on
 * each model and prints what the process holds on the way. Of 10,000 batches, the first tenth may still warm up.
 */

import { onnxCases } from './onnx.ts'
import type { RuntimeCase } from './runtime-case.ts'

const [batches = '10000', part = ''] = process.argv.slice(2)
const batchSize = 8
const stops = 10

for (const one of onnxCases().filter(({ model }) => model.includes(part))) await watch(one, Number(batches))

async function watch({ runtime, model, open }: RuntimeCase, count: number): Promise<void> {
  const opened = await open()
  console.log(`${runtime}, ${model}: RSS in MB after so many batches of ${batchSize}`)
  for (let batch = 1; batch <= count; batch += 1) {
    await opened.adapter(batchSize)
    if (batch % Math.ceil(count / stops) > 0) continue
    const alive = opened.alive === undefined ? '' : `, ${opened.alive()} tensors`
    console.log(`  ${batch}: ${(process.memoryUsage.rss() / 1e6).toFixed(1)}${alive}`)
  }
  await opened.close()
}
