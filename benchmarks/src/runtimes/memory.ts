/**
 * Does memory grow? `node benchmarks/dist/runtimes/memory.js 'onnx, PP-OCR' 10000` computes so many batches of 8 of each case
 * whose name contains the text, and prints what the process holds on the way. The first tenth may still warm up. A third
 * argument, `bare`, does it with the library alone: what grows there is not ours. With `node --expose-gc` the collector runs
 * before each figure: without, garbage that it has not been for yet looks like growth.
 */

import { readFileSync } from 'node:fs'
import { caseName, runtimeCases } from './cases.ts'
import type { RuntimeCase } from './runtime-case.ts'

const [part = '', batches = '10000', way = 'adapter'] = process.argv.slice(2)
const batchSize = 8
const stops = 10

for (const one of runtimeCases().filter((candidate) => caseName(candidate).includes(part))) {
  await watch(one, Number(batches)).catch((error: unknown) => console.log(`  not run: ${String(error)}`))
}

async function watch(one: RuntimeCase, count: number): Promise<void> {
  console.log(`${caseName(one)}, ${way}: MB after so many batches of ${batchSize}`)
  const opened = await one.open()
  const run = way === 'bare' ? opened.bare : opened.adapter
  for (let batch = 1; batch <= count; batch += 1) {
    await run(batchSize)
    if (batch % Math.ceil(count / stops) > 0) continue
    const alive = opened.alive === undefined ? '' : `, ${opened.alive()} tensors`
    globalThis.gc?.()
    console.log(`  ${batch}: ${heldMB().toFixed(1)}${alive}`)
  }
  await opened.close()
}

/** Without the pages of files, which the system takes and brings as it likes, where it tells them apart. */
function heldMB(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss() / 1e6
  const [, kiB] = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return (Number(kiB) * 1024) / 1e6
}
