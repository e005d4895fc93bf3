import { describe, expect, it } from 'vitest'
import { readyMessage } from './ready-message.ts'

describe('readyMessage', () => {
  it('gives a command line for each route', () => {
    const commands = readyMessage('http://127.0.0.1:8123').match(/curl \S+/g)
    expect(commands).toEqual([
      'curl http://127.0.0.1:8123/v1/embeddings',
      'curl http://127.0.0.1:8123/v1/images/classify',
      'curl http://127.0.0.1:8123/metrics',
    ])
  })
})
