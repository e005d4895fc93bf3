/** Asks what kind of file it is: itself, when none is named. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const [url = 'http://127.0.0.1:8000', file = fileURLToPath(import.meta.url)] = process.argv.slice(2)

const response = await fetch(`${url}/kind`, { method: 'POST', body: new Uint8Array(await readFile(file)) })
console.log(response.status, await response.text())
