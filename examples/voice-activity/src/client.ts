/** Sends a clip; a synthetic voice between silences when no file is named. */

import { readFile } from 'node:fs/promises'
import { joined, say, silence } from './synthesise.ts'
import { writeWav } from './wav.ts'

const [url = 'http://127.0.0.1:8000', file] = process.argv.slice(2)

const clip = joined(silence(0.5), say('aieoua'), silence(1), say('aieoua'), silence(0.5))
const body = file === undefined ? writeWav(clip) : await readFile(file)
const headers = { 'content-type': 'audio/wav' }
const response = await fetch(`${url}/voice-activity`, { method: 'POST', headers, body: new Uint8Array(body) })
console.log(response.status, await response.text())
