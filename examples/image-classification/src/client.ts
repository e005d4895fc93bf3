/** Sends a picture; one that it draws itself when no file is named. */

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'

const [url = 'http://127.0.0.1:8000', file] = process.argv.slice(2)

const house = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">
  <rect width="400" height="400" fill="#bde0fe"/>
  <rect y="300" width="400" height="100" fill="#90be6d"/>
  <rect x="120" y="180" width="160" height="140" fill="#ffe8a3" stroke="#333" stroke-width="5"/>
  <polygon points="100,180 200,90 300,180" fill="#d62828" stroke="#333" stroke-width="5"/>
</svg>`

const body = file === undefined ? await sharp(Buffer.from(house)).png().toBuffer() : await readFile(file)
const headers = { 'content-type': file?.match(/\.jpe?g$/) ? 'image/jpeg' : 'image/png' }
const response = await fetch(`${url}/classify`, { method: 'POST', headers, body: new Uint8Array(body) })
console.log(response.status, await response.text())
