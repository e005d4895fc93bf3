import { describe, expect, it } from 'vitest'
import { exampleFigures, exampleResults, exampleWishes } from './example-results.ts'
import { boundText, judge, titleOf, type Wish } from './wish.ts'
import { wishFindings } from './wish-findings.ts'

const seen = (wish: Wish): unknown[] =>
  judge([wish], exampleResults).map(({ result, measured, isMet }) => [
    result.server,
    result.cell,
    Number(measured.toFixed(2)),
    isMet,
  ])

describe('a wish', () => {
  it('is about all of ours in all cells, against the peer of the same cell', () => {
    expect(seen({ figure: 'perSecond', over: 'mosec', atLeast: 2 })).toEqual([
      ['ours', 'JSON, c = 1', 2.83, true],
      ['ours, thread', 'JSON, c = 1', 3.33, true],
      ['ours', 'JSON, c = 64', 1.5, false],
    ])
  })

  it('is about one server and some cells where it says so', () => {
    expect(seen({ figure: 'p50Ms', server: 'ours', cell: 'c = 1', atMost: 6.5 })).toEqual([
      ['ours', 'JSON, c = 1', 5.8, true],
    ])
  })

  it('is met at its bounds, and not beyond either', () => {
    const met = (bounds: Pick<Wish, 'atLeast' | 'atMost'>): unknown =>
      judge([{ figure: 'p50Ms', server: 'ours', cell: 'c = 1', ...bounds }], exampleResults)[0]?.isMet
    expect(met({ atMost: 5.8 })).toBe(true)
    expect(met({ atMost: 5.7 })).toBe(false)
    expect(met({ atLeast: 5.8 })).toBe(true)
    expect(met({ atLeast: 5, atMost: 5.7 })).toBe(false)
  })

  it('is neither met nor missed where the peer is not here, or has no figure', () => {
    expect(seen({ figure: 'p50Ms', cell: 'c = 64', over: 'litserve', atMost: 1 })).toEqual([
      ['ours', 'JSON, c = 64', Number.NaN, undefined],
    ])
    const silent = exampleResults.map((result) =>
      result.server === 'mosec' ? { ...result, figures: { perSecond: 0 } } : result,
    )
    const wish = { figure: 'perSecond', over: 'mosec', atLeast: 2 }
    expect(judge([wish], silent).map(({ isMet }) => isMet)).toEqual([undefined, undefined, undefined])
  })

  it('says its figure and its bounds', () => {
    const wish = { figure: 'perSecond', over: 'mosec', atLeast: 2, atMost: 3 }
    expect(titleOf(wish, exampleFigures)).toBe('req/s')
    expect(boundText(wish)).toBe('>= 2x and <= 3x')
    expect(boundText({ figure: 'p50Ms', atMost: 6.5 })).toBe('<= 6.5')
  })
})

describe('wishes over all cells', () => {
  it('are a finding each, met only where every cell is, with the worst one named', () => {
    expect(wishFindings(exampleWishes, exampleResults, exampleFigures)).toEqual([
      {
        what: 'ours / ours, thread: req/s over mosec',
        wanted: '>= 2x',
        measured: '2 of 3 cells; 3.33x to 1.50x (ours, JSON, c = 64)',
        isMet: false,
      },
      { what: 'ours, c = 1: p50 ms', wanted: '<= 6.5', measured: '5.80', isMet: true },
    ])
  })

  it('name the highest where little is wanted', () => {
    const [finding] = wishFindings([{ figure: 'p50Ms', atMost: 50 }], exampleResults, exampleFigures)
    expect(finding).toMatchObject({
      measured: '3 of 3 cells; 5.80 to 40.0 (ours, JSON, c = 64)',
      isMet: true,
    })
  })

  it('are not judged without the peer, and are none without cells', () => {
    const over = { figure: 'p50Ms', over: 'bentoml', atMost: 1 }
    const elsewhere = { figure: 'p50Ms', cell: 'c = 512', atMost: 1 }
    const findings = wishFindings([over, elsewhere], exampleResults, exampleFigures)
    expect(findings.map(({ measured, isMet }) => [measured, isMet])).toEqual([['nothing', undefined]])
  })
})
