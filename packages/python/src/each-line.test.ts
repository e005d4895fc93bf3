import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eachLine } from './each-line.ts'

async function linesOf(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = []
  const stream = new PassThrough()
  eachLine(stream, (line) => lines.push(line))
  for (const chunk of chunks) {
    stream.write(chunk)
    await setImmediate()
  }
  stream.end()
  await setImmediate()
  return lines
}

it('joins what comes in pieces, and splits where a line ends', async () => {
  expect(await linesOf('on', 'e\ntwo\r\nthr', 'ee')).toEqual(['one', 'two', 'three'])
  expect(await linesOf('10%\r50%\r100%\n')).toEqual(['10%', '50%', '100%'])
  expect(await linesOf('\n\n')).toEqual([])
})

it('keeps a letter whole that comes in two chunks', async () => {
  const [first = 0, second = 0] = Buffer.from('ë')
  expect(await linesOf(Uint8Array.of(first), Uint8Array.of(second), '\n')).toEqual(['ë'])
})

it('hands on a line without an end in pieces', async () => {
  const lines = await linesOf(...Array.from({ length: 5 }, () => 'x'.repeat(10_000)))
  expect(lines.join('')).toHaveLength(50_000)
  expect(lines.length).toBeGreaterThan(1)
})
