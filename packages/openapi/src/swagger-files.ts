/** Swagger UI's files by name: a page of ours, and the project's own files, read from disk when they are asked for. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file, ready to be sent. */
export interface SwaggerFile {
  readonly contentType: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** All that the page loads of the project, with its types; nothing else is reachable. */
export const swaggerTypes: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', SCRIPT],
  ['favicon-32x32.png', 'image/png'],
])

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Swagger UI</title>
    <link rel="stylesheet" href="./swagger-ui.css">
    <link rel="icon" type="image/png" href="./favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./swagger-ui-bundle.js"></script>
    <script src="./start.js"></script>
  </body>
</html>
`

// Without validatorUrl the page would ask a public service about the document.
const start = `SwaggerUIBundle({
  url: '../metadata.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
})
`

/** The file of this name, `''` being the page; undefined when there is none. */
export async function swaggerFile(name: string): Promise<SwaggerFile | undefined> {
  if (name === '') return { contentType: HTML, body: page }
  if (name === 'start.js') return { contentType: SCRIPT, body: start }
  const contentType = swaggerTypes.get(name)
  if (contentType === undefined) return undefined
  const folder = existsSync(copiedFolder) ? copiedFolder : installedFolder()
  return { contentType, body: await readFile(join(folder, name)) }
}

/** Where the build puts the files, see `copy-swagger-ui.ts`. */
export const copiedFolder: string = fileURLToPath(new URL('./swagger-ui/', import.meta.url))

/** Where they come from: a development dependency, so in this repository only. */
export const installedFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
