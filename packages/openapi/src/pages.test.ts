import { expect, test } from 'vitest'
import { openApiPage } from './pages.ts'

const ask = (path: string): Promise<Response | undefined> =>
  openApiPage(path, () => ({ info: { title: 'T', version: '1' }, routes: [] }))

test('the document is JSON', async () => {
  const page = await ask('/openapi/metadata.json')
  expect(page?.headers.get('content-type')).toMatch(/^application\/json/)
  expect(await page?.json()).toMatchObject({ openapi: '3.1.1', info: { title: 'T', version: '1' } })
})

test.each([
  ['', 'text/html; charset=utf-8', '<div id="swagger-ui">'],
  ['start.js', 'text/javascript; charset=utf-8', "url: '../metadata.json'"],
  ['swagger-ui.css', 'text/css; charset=utf-8', '.swagger-ui'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8', 'SwaggerUIBundle'],
  ['favicon-32x32.png', 'image/png', 'PNG'],
])('swagger/%s is served from disk as %s, and the browser may ask nobody else', async (name, type, part) => {
  const page = await ask(`/openapi/swagger/${name}`)
  expect(page?.headers.get('content-type')).toBe(type)
  expect(page?.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(await page?.text()).toContain(part)
})

test('all that the page loads is there, and relative', async () => {
  const page = (await (await ask('/openapi/swagger/'))?.text()) ?? ''
  const loaded = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url ?? '')
  expect(loaded).toHaveLength(4)
  for (const url of loaded) {
    expect(url).toMatch(/^\.\//)
    expect(await ask(`/openapi/swagger/${url.slice(2)}`)).toBeDefined()
  }
})

test.each([
  ['/openapi', '/openapi/swagger/'],
  ['/openapi/', '/openapi/swagger/'],
  ['/openapi/swagger', '/openapi/swagger/'],
])('%s leads to %s, behind a prefix too', async (path, there) => {
  const page = await ask(path)
  expect(page?.status).toBe(302)
  const location = page?.headers.get('location') ?? ''
  expect(new URL(location, `http://host/prefix${path}`).pathname).toBe(`/prefix${there}`)
})

test.each([
  'package.json',
  'index.js',
  'swagger-ui.css.map',
  '../metadata.json',
  '../../package.json',
  '..%2f..%2fpackage.json',
  '%2e%2e/package.json',
  '/etc/passwd',
  './swagger-ui.css',
  'swagger-ui.css/',
  'swagger-ui.css\0',
  'constructor',
  '__proto__',
])('nothing else is reachable: swagger/%s', async (name) => {
  expect(await ask(`/openapi/swagger/${name}`)).toBeUndefined()
  expect(await ask('/openapi/swagger/')).toBeDefined()
})

test('other paths are not its own', async () => {
  for (const path of ['/', '/openapi/metadata', '/openapi/metadata.json/', '/openapis/', '/metadata.json']) {
    expect(await ask(path)).toBeUndefined()
  }
})
