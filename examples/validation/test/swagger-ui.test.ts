import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Server } from 'mosec'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browsing, browse, chromiumMissing } from './chromium.ts'

/** The models under `/models` of another server, on a free port. */
async function mounted(server: Server) {
  const outer = createServer((request, response) => {
    request.url = String(request.url).replace(/^\/models/, '')
    server.handle(request, response)
  })
  outer.listen(0, '127.0.0.1')
  await once(outer, 'listening')
  const url = `http://127.0.0.1:${(outer.address() as AddressInfo).port}/models`
  return {
    url,
    async [Symbol.asyncDispose](): Promise<void> {
      outer.closeAllConnections()
      outer.close()
    },
  }
}

const missing = chromiumMissing()
if (missing !== undefined) console.warn(`Swagger UI is not tested in a browser: ${missing}`)

describe.skipIf(missing !== undefined)('GET /openapi/swagger/ in a real browser', () => {
  let server: Program
  let browsing: Browsing
  beforeAll(async () => {
    server = await startProgram({ file: fileURLToPath(new URL('../dist/server.js', import.meta.url)) })
    browsing = await browse()
  })
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  it('is a working Swagger UI: it renders, and "Try it out" returns the model’s answer', async () => {
    const { page } = browsing
    await page.goto(`${server.url}/openapi/swagger/`)
    await page.getByRole('heading', { name: /Boxes/ }).waitFor()
    await page.locator('#operations-inference-post_box .opblock-summary-control').click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    const body = page.locator('#operations-inference-post_box textarea')
    expect(JSON.parse(await body.inputValue())).toMatchObject({
      points: [
        { x: 0, y: 0 },
        { x: 3, y: 4 },
      ],
    })

    const [response] = await Promise.all([
      page.waitForResponse(`${server.url}/box`),
      page.getByRole('button', { name: 'Execute' }).click(),
    ])
    expect(response.status()).toBe(200)
    const answer = page
      .locator('.live-responses-table .response-col_description .highlight-code code')
      .first()
    await answer.waitFor()
    expect(JSON.parse((await answer.textContent()) ?? '')).toEqual({ width: 3, height: 4, unit: 'mm' })
  })

  it('shows what is wrong with a request, by its place', async () => {
    const { page } = browsing
    await page.locator('#operations-inference-post_box textarea').fill('{"points": [{"x": "3", "y": 4}]}')
    await Promise.all([
      page.waitForResponse(`${server.url}/box`),
      page.getByRole('button', { name: 'Execute' }).click(),
    ])
    const text = page.getByText(
      'request validation error: input.points[0].x: expected number, received string',
    )
    await text.first().waitFor()
  })

  it('makes no request to another host', () => {
    const { requested, strangers, complaints } = browsing
    expect(requested.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('data:'))).toEqual(
      [],
    )
    expect(requested).toContain(`${server.url}/openapi/metadata.json`)
    expect(strangers).toEqual([])
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
  })

  it('works behind a prefix, too', async () => {
    await using models = new Server({ logLevel: 'error' })
    models.appendWorker(new URL('./fixtures/zod-sum.mjs', import.meta.url), { route: '/sum' })
    await models.start()
    await using outer = await mounted(models)
    const { page } = browsing
    await page.goto(`${outer.url}/openapi/swagger/`)
    await page.locator('#operations-inference-post_sum .opblock-summary-control').click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    const [response] = await Promise.all([
      page.waitForResponse(`${outer.url}/sum`),
      page.getByRole('button', { name: 'Execute' }).click(),
    ])
    expect(await response.json()).toEqual({ sum: 2 })
  })
})
