import { expect, it } from 'vitest'
import { userFrame } from './user-frame.ts'

const stackOf = (...frames: string[]) =>
  ['Error: text', ...frames.map((frame) => `    at ${frame}`)].join('\n')

it.each([
  ['file:///app/a%20b.js:3:7', '/app/a b.js:3:7'],
  ['Square.one (file:///app/worker.js:12:5)', '/app/worker.js:12:5'],
  ['async Promise.all (index 0)', undefined],
  ['async file:///app/worker.js:12:5', '/app/worker.js:12:5'],
  ['new Model (/app/old style/model.cjs:1:2)', '/app/old style/model.cjs:1:2'],
  ['Array.map (<anonymous>)', undefined],
  ['eval (eval at run (file:///app/x.js:1:1), <anonymous>:1:1)', undefined],
  ['node:internal/process/task_queues:95:5', undefined],
  ['call (file:///app/node_modules/@mosec/worker/dist/child/invoke.js:9:3)', undefined],
  ['file:///%zz/x.js:1:2', 'file:///%zz/x.js:1:2'],
])('reads %s', (frame, place) => {
  const inner = 'process (node:internal/timers:1:1)'
  expect(userFrame(stackOf(inner, frame))).toBe(place)
})

it('gives the innermost only', () => {
  expect(userFrame(stackOf('a (/app/a.js:1:1)', 'b (/app/b.js:2:2)'))).toBe('/app/a.js:1:1')
})

it('is quick with a stack that is none', () => {
  expect(userFrame(` at ${'('.repeat(1_000_000)}`)).toBeUndefined()
  expect(userFrame('\n'.repeat(1_000_000))).toBeUndefined()
  expect(userFrame('')).toBeUndefined()
})
