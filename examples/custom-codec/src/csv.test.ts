/** The contract's own suite, and what is special about CSV. */

import { codecConformance } from '@mosec/core/testing'
import { describe, expect, it } from 'vitest'
import { csv } from './csv.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

codecConformance(
  () => ({
    codec: csv(),
    samples: [
      [[1]],
      [
        [1, 2],
        [-3.5, 1e300],
      ],
    ],
    garbage: [bytes(''), bytes('a,b\n'), bytes('1,2\n3\n'), bytes('1,,2'), Uint8Array.of(0xff, 0x31)],
  }),
  { describe, it },
)

describe('csv', () => {
  it('reads either line end, spaces, and a last line without one', () => {
    expect(csv().decode(bytes('1, 2\r\n.5,-3e2'))).toEqual([
      [1, 2],
      [0.5, -300],
    ])
  })

  it.each([
    ['1,2\n3,x', 'line 2, cell 2: "x" is no number'],
    ['1,2\n3', 'line 2 has 1 cells, the first has 2'],
    ['0x10', 'line 1, cell 1: "0x10" is no number'],
    ['1e999', 'line 1, cell 1: "1e999" is no number'],
    [`${'9'.repeat(50)}x`, `line 1, cell 1: "${'9'.repeat(20)}" is no number`],
  ])('says where %j is wrong', (text, message) => {
    expect(() => csv().decode(bytes(text))).toThrow(message)
  })

  it.each([[[]], [[[Number.NaN]]], [[['1']]], [{ rows: 1 }], [undefined]])('refuses to write %j', (value) => {
    expect(() => csv().encode(value)).toThrow(/^CSV takes/)
  })
})
