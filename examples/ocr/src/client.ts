/** Sends a picture; a drawn note when no file is named. */

import { readFile } from 'node:fs/promises'
import { drawNote } from './draw-note.ts'

const [url = 'http://127.0.0.1:8000', file] = process.argv.slice(2)

const note = [
  { text: 'HELLO', at: [40, 40], height: 40 },
  { text: 'CARD 1424', at: [120, 150], height: 30 },
] as const
const body = file === undefined ? await drawNote(640, 240, note) : await readFile(file)
const headers = { 'content-type': file?.match(/\.jpe?g$/) ? 'image/jpeg' : 'image/png' }
const response = await fetch(`${url}/ocr`, { method: 'POST', headers, body: new Uint8Array(body) })
console.log(response.status, await response.text())
