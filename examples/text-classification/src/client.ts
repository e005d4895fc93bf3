/** Asks for the language of a file, of this one when none is named. */

import { readFile } from 'node:fs/promises'

const [url = 'http://127.0.0.1:8000', file = new URL(import.meta.url)] = process.argv.slice(2)

const code = await readFile(file, 'utf8')
const response = await fetch(`${url}/language`, { method: 'POST', body: JSON.stringify({ code }) })
console.log(response.status, await response.text())
