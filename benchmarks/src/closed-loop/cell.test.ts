import { describe, expect, it } from 'vitest'
import type { Peer } from '../peers/peer.ts'
import { type Cell, serverRuns } from './cell.ts'

const peer = (name: string, env: Peer['env'] = {}): Peer => ({ name, command: ['node'], env, tellsUrl: true })
const cell = (connections: number, ...peers: (Peer | undefined)[]): Cell => ({
  name: `c = ${connections}`,
  load: { connections, body: '{}', contentType: 'application/json' },
  peers,
})

describe('the servers of cells', () => {
  it('are run once each, with each of their loads once', () => {
    const one = { BATCH: '1' }
    const cells = [
      cell(1, peer('ours', one), peer('floor')),
      cell(64, peer('ours', one), peer('floor')),
      cell(1, peer('ours', { BATCH: '32' }), undefined, peer('floor')),
    ]
    const runs = serverRuns(cells).map(({ peer: { name, env }, loads }) => [
      name,
      env['BATCH'],
      loads.map(({ connections }) => connections),
    ])
    expect(runs).toEqual([
      ['ours', '1', [1, 64]],
      ['floor', undefined, [1, 64]],
      ['ours', '32', [1]],
    ])
  })
})
