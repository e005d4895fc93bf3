import type { ReplicaLauncher } from '@mosec/core'
import { expect, it } from 'vitest'
import { ipcForms } from './ipc-forms.ts'

class Here {}

const launcher = (kind: string, ipcModule: string): ReplicaLauncher => ({
  workerName: 'Worker',
  kind,
  ipcModule,
  launch() {
    throw new Error('nothing is started here')
  },
})

/** Stages by their first letter: `t` is TypeScript, `p` is Python. */
function formsOf(...routes: readonly (readonly string[])[]) {
  const worker = (name: string) =>
    name.startsWith('p') ? launcher('python', 'file:///form.js') : (Here as unknown as new () => never)
  const stages = [...new Set(routes.flat())].map((name) => ({ name, worker: worker(name) }))
  const formOf = ipcForms(
    stages,
    routes.map((stages) => ({ stages })),
  )
  return Object.fromEntries(
    stages.map(({ name }) => {
      const { reads, writes, isAtBorder } = formOf(name)
      return [name, `${reads ? 'r' : '-'}${writes ? 'w' : '-'}${isAtBorder ? 'b' : '-'}`]
    }),
  )
}

it.each([
  [[['t1', 't2']], { t1: '---', t2: '---' }],
  [[['t1', 'p1', 't2']], { t1: '-wb', p1: 'rwb', t2: 'r-b' }],
  [[['p1']], { p1: 'rw-' }],
  [[['p1', 'p2', 'p3']], { p1: 'r--', p2: '---', p3: '-w-' }],
  [[['t1', 'p1', 'p2']], { t1: '-wb', p1: 'r-b', p2: '-w-' }],
])('the common form where languages meet, and for callers at the ends: %j', (routes, forms) => {
  expect(formsOf(...routes)).toEqual(forms)
})

it.each([
  // t1 goes to Python on one route: it writes the common form to t2 as well.
  [
    [
      ['t1', 'p1'],
      ['t1', 't2'],
    ],
    { t1: '-wb', p1: 'rwb', t2: 'r-b' },
  ],
  // p2 takes from TypeScript too: p1 writes it the common form.
  [
    [
      ['p1', 'p2'],
      ['t1', 'p2'],
    ],
    { p1: 'rwb', p2: 'rwb', t1: '-wb' },
  ],
  // p1 is the end of one route and goes on to p2 on another: callers do not change what the two hand each other.
  [[['p1'], ['p1', 'p2']], { p1: 'r--', p2: '-w-' }],
])('a shared stage has one way of reading and one of writing: %j', (routes, forms) => {
  expect(formsOf(...routes)).toEqual(forms)
})

it('refuses two kinds without a form in common', () => {
  const stages = [
    { name: 'a', worker: launcher('python', 'file:///a.js') },
    { name: 'b', worker: launcher('lua', 'file:///b.js') },
  ]
  expect(() => ipcForms(stages, [{ stages: ['a', 'b'] }])).toThrow('the kinds python and lua')
})
