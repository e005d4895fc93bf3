/** What a model's worker cannot do by itself is said at the start: speak with clients, take larger batches than its model. */

import { describe, expect, it } from 'vitest'
import { admin, TOKEN } from './admin-client.ts'
import { runToEnd } from './run-to-end.ts'
import { post, start } from './square-client.ts'

describe('a worker without a codec', () => {
  it.each([
    ['beginning', 'the stage Model_1 stands at its beginning and Model cannot read requests', 'deserialize'],
    ['end', 'the stage Model_2 stands at its end and Model cannot write responses', 'serialize'],
  ])('is refused at the start where it stands at the %s of a route', async (place, message, method) => {
    const { code, errors } = await runToEnd('wordless', ['--port', '0'], { WORDLESS: place })
    expect(errors).toContain(`route /model: ${message}: it has no codec. Extend JsonMixin(...)`)
    expect(errors).toContain(`or override ${method}`)
    expect(errors).not.toMatch(/^ +at /m)
    expect(code).toBe(1)
  })

  it.each(['between', 'codecs'])('serves where it need not speak, or the route does: %s', async (place) => {
    await using program = await start('wordless', { env: { WORDLESS: place } })
    const { status, body } = await post(program, 7, '/model')
    expect([status, body]).toEqual([200, '49'])
  })
})

describe('a model that takes at most four at once', () => {
  it('refuses a larger maxBatchSize at the start', async () => {
    const { code, errors } = await runToEnd('wordless', ['--port', '0'], { WORDLESS: 'too many' })
    expect(errors).toContain(
      'stage Model_2: Model takes at most 4 at once, so that is the largest maxBatchSize; got 5',
    )
    expect(code).toBe(2)
  })

  it('refuses it while the server runs, and it still works', async () => {
    await using program = await start('wordless', { env: { WORDLESS: 'between', MOSEC_ADMIN: TOKEN } })
    const patch = (maxBatchSize: number): Promise<Response> =>
      admin(program, '/stages/Model_2', { method: 'PATCH', body: JSON.stringify({ maxBatchSize }) })
    const refused = await patch(5)
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('takes at most 4')])
    expect((await patch(2)).status).toBe(200)
    expect((await patch(4)).status).toBe(200)
    expect((await post(program, 3, '/model')).body).toBe('9')
  })
})
